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

    public void Set(string host, params string[] addresses) =>
        _records[host] = [.. addresses.Select(IPAddress.Parse)];

    public void Remove(string host) => _records.TryRemove(host, out _);

    public Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        LookUps++;
        return _records.TryGetValue(host, out var addresses)
            ? Task.FromResult(addresses)
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
