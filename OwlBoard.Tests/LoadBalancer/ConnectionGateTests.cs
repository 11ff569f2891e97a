using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>One client cannot block the others, and load is shed before memory is exhausted.</summary>
[Trait("Category", "Integration")]
public sealed class ConnectionGateTests : IAsyncLifetime
{
    private const int Limit = 64;

    /// <summary>The connection limit of one client.</summary>
    private const int ClientLimit = Limit / 4;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly CapturedLog _log = new();
    private readonly List<TestConnection> _open = [];
    private FakeGateway _gateway = null!;
    private TestLoadBalancer _loadBalancer = null!;

    private ConnectionGate Gate => _loadBalancer.Services.GetRequiredService<ConnectionGate>();

    private MemoryPressure Memory => _loadBalancer.Services.GetRequiredService<MemoryPressure>();

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeGateway.StartAsync("gw-1");
        _loadBalancer = TestLoadBalancer.Start(
            [_gateway],
            [new("Limits:Connections", $"{Limit}"), new("TrustedProxies:0", "192.0.2.0/24")],
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time))
                .AddSingleton<ILoggerProvider>(_log)
                .Configure<LoggerFilterOptions>(filter => filter.AddFilter<CapturedLog>("OwlBoard", LogLevel.Trace)));
    }

    public async ValueTask DisposeAsync()
    {
        _open.ForEach(connection => connection.End());
        await _loadBalancer.DisposeAsync();
        await _gateway.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public void Idle_connections_of_one_client_leave_room_for_others()
    {
        for (var i = 0; i < 3 * Limit; i++)
        {
            Open("203.0.113.1");
        }

        Assert.Equal(ClientLimit, Gate.Count);
        for (var i = 0; i < Limit - ClientLimit; i++)
        {
            Assert.True(Open($"198.51.100.{i}").IsServed);
        }
    }

    [Fact]
    public void Addresses_of_one_IPv6_network_are_one_client_and_trusted_proxies_are_exempt()
    {
        for (var i = 1; i <= ClientLimit; i++)
        {
            Assert.True(Open($"2001:db8::{i}").IsServed);
        }

        Assert.False(Open("2001:db8::ffff").IsServed);
        Assert.True(Open("2001:db8:0:1::1").IsServed);
        for (var i = 0; i < Limit - ClientLimit - 1; i++)
        {
            Assert.True(Open("192.0.2.1").IsServed);
        }
    }

    [Fact]
    public void Connection_that_is_idle_longest_is_closed_for_a_new_one()
    {
        using var closed = new RecordedMetric(_loadBalancer, "owlboard.connections_closed");
        var connections = Enumerable.Range(0, Limit).Select(i =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return Open($"198.51.100.{i}");
        }).ToArray();
        connections[0].Tracked.RequestBegins();
        connections[1].Tracked.RequestBegins();
        connections[1].Tracked.RequestEnds(hadBody: false);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(Open("203.0.113.1").IsServed);
        Assert.True(Open("203.0.113.2").IsServed);

        Assert.Equal([2, 3], connections.Index().Where(connection => connection.Item.IsAborted).Select(connection => connection.Index));
        Assert.Equal(2, closed.Sum);
        Assert.Equal(Limit, Gate.Count);
    }

    [Fact]
    public void Connections_with_requests_are_never_closed_for_a_new_one()
    {
        var connections = Enumerable.Range(0, Limit).Select(i => Open($"198.51.100.{i}")).ToArray();
        Array.ForEach(connections, connection => connection.Tracked.RequestBegins());
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False(Open("203.0.113.1").IsServed);
        Assert.All(connections, connection => Assert.False(connection.IsAborted));
    }

    [Fact]
    public void Client_at_its_limit_loses_its_own_idle_connection_and_no_other()
    {
        var other = Open("198.51.100.1");
        var own = Enumerable.Range(0, ClientLimit).Select(_ => Open("203.0.113.1")).ToArray();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(Open("203.0.113.1").IsServed);

        Assert.Single(own, connection => connection.IsAborted);
        Assert.False(other.IsAborted);
    }

    [Fact]
    public async Task Memory_pressure_closes_idle_connections_then_refuses_requests_then_closes_the_slowest()
    {
        using var closed = new RecordedMetric(_loadBalancer, "owlboard.connections_closed");
        using var refused = new RecordedMetric(_loadBalancer, "owlboard.requests_refused");
        var idle = Open("198.51.100.1");
        var stalled = Open("198.51.100.2");
        var busy = Open("198.51.100.3");
        stalled.Tracked.RequestBegins();
        stalled.Tracked.WaitBegins();
        busy.Tracked.RequestBegins();

        Memory.Apply(used: 0.69, isNew: true);
        Assert.False(idle.IsAborted);

        Memory.Apply(used: 0.7, isNew: true);
        Assert.True(idle.IsAborted);
        Assert.False(stalled.IsAborted);
        idle.End();
        await _loadBalancer.AskAsync();

        Memory.Apply(used: 0.81, isNew: false);
        using (var response = await _loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        }

        Assert.False(stalled.IsAborted);
        Memory.Apply(used: 0.9, isNew: true);
        Assert.True(stalled.IsAborted);
        Assert.False(busy.IsAborted);

        Memory.Apply(used: 0.5, isNew: true);
        await _loadBalancer.AskAsync();
        Assert.Equal(1, refused.Sum);
        Assert.InRange(closed.Sum, 2, 3);
    }

    [Fact]
    public void What_is_shed_is_logged_once_a_minute()
    {
        for (var i = 0; i < ClientLimit + 40; i++)
        {
            Open("203.0.113.1").Tracked?.RequestBegins();
        }

        AdvanceToFlush(TimeSpan.FromSeconds(1));
        Open("203.0.113.1").End();
        AdvanceToFlush(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [$"Warning: Connection limit of one client ({ClientLimit}) reached and none of its connections is idle; its new connections closed: 40"],
            Lines());

        AdvanceToFlush(TimeSpan.FromMinutes(1));
        Assert.EndsWith("closed: 1", Lines().Last(), StringComparison.Ordinal);

        IEnumerable<string> Lines() => _log.Lines.Where(line => line.Contains("Connection limit of one client", StringComparison.Ordinal));
    }

    private void AdvanceToFlush(TimeSpan by)
    {
        _time.Advance(by);
        _loadBalancer.Services.GetRequiredService<ShedLog>().Flush();
    }

    private TestConnection Open(string address)
    {
        var connection = new TestConnection(IPAddress.Parse(address));
        connection.Begin(Gate);
        _open.Add(connection);
        return connection;
    }

    /// <summary>A connection without a socket.</summary>
    private sealed class TestConnection : DefaultConnectionContext
    {
        private readonly TaskCompletionSource _end = new();

        public TestConnection(IPAddress client) => RemoteEndPoint = new IPEndPoint(client, 50_000);

        public bool IsServed => Tracked is not null;

        public bool IsAborted { get; private set; }

        public TrackedConnection Tracked => Features.Get<TrackedConnection>()!;

        public void Begin(ConnectionGate gate) => _ = gate.PassAsync(this, canBeParked: true, _ => _end.Task);

        public void End() => _end.TrySetResult();

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
