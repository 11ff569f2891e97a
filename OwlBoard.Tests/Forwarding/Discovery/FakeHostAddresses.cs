using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Tests.Forwarding.Discovery;

/// <summary>A name server whose records the test sets; a name without records is unknown.</summary>
internal sealed class FakeHostAddresses : IHostAddresses
{
    private readonly ConcurrentDictionary<string, IPAddress[]> _records = new();

    public int LookUps { get; private set; }

    /// <summary>The time that each lookup takes.</summary>
    public TimeSpan Delay { get; init; }

    public void Set(string host, params string[] addresses) =>
        _records[host] = [.. addresses.Select(IPAddress.Parse)];

    /// <summary>Makes further lookups of the name hang until they are cancelled.</summary>
    public void Silence(string host) => _records[host] = [];

    public void Remove(string host) => _records.TryRemove(host, out _);

    public async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        LookUps++;
        await Task.Delay(Delay, cancellationToken);
        if (!_records.TryGetValue(host, out var addresses))
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        if (addresses.Length == 0)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return addresses;
    }
}
