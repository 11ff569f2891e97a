using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Tests.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Connections;

/// <summary>A pool with its own clock, and the upstream's end of its connections.</summary>
internal sealed class UpstreamUnderTest : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<Socket> _sockets = [];

    public UpstreamUnderTest(UpstreamConnectionOptions? options = null)
    {
        _listener.Start();
        Metrics = new ForwardingMetrics(_services.GetRequiredService<IMeterFactory>());
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        Pool = new ConnectionPool(TestLoops.Instance, Address, options ?? new(), Metrics, Time);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(60));

    public ForwardingMetrics Metrics { get; }

    public string Address { get; }

    public ConnectionPool Pool { get; }

    /// <summary>Limits that end an exchange only after 10 s without activity.</summary>
    public static ExchangeLimits Limits { get; } = new(TimeSpan.FromSeconds(10), CancellationToken.None, CancellationToken.None);

    public async Task<(UpstreamConnection Connection, Socket Upstream)> OpenAsync(ExchangeLimits? limits = null)
    {
        var accepting = _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var connection = await Pool.OpenAsync(limits ?? Limits);
        var upstream = await accepting;
        _sockets.Add(upstream);
        return (connection, upstream);
    }

    /// <summary>Opens the given number of connections, returns all to the pool, and returns them in the order of opening.</summary>
    public async Task<List<(UpstreamConnection Connection, Socket Upstream)>> OpenIdleAsync(int count)
    {
        var all = new List<(UpstreamConnection Connection, Socket Upstream)>();
        for (var i = 0; i < count; i++)
        {
            all.Add(await OpenAsync());
        }

        all.ForEach(one => Pool.Return(one.Connection));
        return all;
    }

    /// <summary>Returns a value that indicates whether the proxy has closed the connection.</summary>
    public static async Task<bool> IsClosedAsync(Socket upstream)
    {
        try
        {
            return await upstream.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        Pool.Retire();
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        _services.Dispose();
    }
}
