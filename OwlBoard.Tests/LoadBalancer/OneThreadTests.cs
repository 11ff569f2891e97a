using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>
/// Tests of the load balancer as in production, where one thread handles the events of many sockets and runs their
/// continuations inline: a slow peer must not delay others.
/// </summary>
[Trait("Category", "Integration")]
public sealed class OneThreadTests
{
    [Fact]
    public async Task Slow_gateways_and_clients_do_not_hold_up_the_others_on_the_same_thread()
    {
        var release = new TaskCompletionSource();
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        gateway.Answer = context => context.Request.Path.Value switch
        {
            "/slow" => release.Task,
            "/large" => context.Response.Body.WriteAsync(new byte[32 * 1024 * 1024]).AsTask(),
            _ => context.Response.WriteAsync("quick"),
        };
        await using var loadBalancer = await LoadBalancerProcess.StartOnOneThreadAsync(
            [(gateway.Name, gateway.Address)], "LoadBalancer:RateLimit:RequestsPerSecond=0");

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = loadBalancer.Desktop };
        var slow = Enumerable.Range(0, 20).Select(_ => http.GetAsync("/slow", TestContext.Current.CancellationToken)).ToArray();
        using var stuckReader = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await stuckReader.SendAsync("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        using var stuckWriter = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await stuckWriter.SendAsync("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
        await Eventually.IsTrueAsync("the gateway has all requests", () => gateway.Received.Count == slow.Length + 2);

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("quick", await http.GetStringAsync($"/{i}", TestContext.Current.CancellationToken));
        }

        // A blocked thread would stay blocked until the release below, so the deadline detects it, whatever the speed.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Eventually.DefaultDeadline);
        Assert.All(slow, request => Assert.False(request.IsCompleted));
        release.SetResult();
        Assert.All(await Task.WhenAll(slow), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    /// <summary>State machines are pooled: in production a request allocates 400 bytes instead of 880.</summary>
    [Fact]
    public async Task Requests_on_connections_that_are_kept_make_little_garbage()
    {
        const int Connections = 20;
        const int Rounds = 200;
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var loadBalancer = await LoadBalancerProcess.StartOnOneThreadAsync(
            [("gw-1", upstream.Address)], "LoadBalancer:RateLimit:RequestsPerSecond=0", "LoadBalancer:ActiveHealth:Enabled=false");
        var clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => RawClient.ConnectAsync(loadBalancer.Desktop)));
        using var http = new HttpClient();
        await AskAsync(20);

        var before = await AllocatedAsync();
        await AskAsync(Rounds);
        var perRequest = (await AllocatedAsync() - before) / (Rounds * Connections);

        TestContext.Current.TestOutputHelper?.WriteLine($"{perRequest:0} bytes per request");
        Assert.InRange(perRequest, 0, 1200);
        Array.ForEach(clients, client => client.Dispose());

        async Task AskAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                await Task.WhenAll(clients.Select(client => client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
                var responses = await Task.WhenAll(clients.Select(client => client.ReadResponseAsync()));
                Assert.All(responses, response => Assert.Equal("ok", response.Body));
            }
        }

        async Task<double> AllocatedAsync()
        {
            var metrics = await http.GetStringAsync(new Uri(loadBalancer.Management, "/metrics"), TestContext.Current.CancellationToken);
            var line = metrics.Split('\n').Single(line => line.StartsWith("dotnet_gc_heap_total_allocated_bytes_total{", StringComparison.Ordinal));
            return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// While the process is frozen, a request arrives, and then the idle connection that it would use ends: both events are in
    /// one batch.
    /// </summary>
    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("POST", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    public async Task Request_for_a_connection_that_ends_before_it_is_sent_goes_on_another_and_once(string method, string unasked)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only.");
        RawUpstreamConnection? unused = null;
        await using var upstream = RawUpstream.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                unused = request.Line.Contains("/first", StringComparison.Ordinal) ? connection : unused;
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var loadBalancer = await LoadBalancerProcess.StartOnOneThreadAsync([("gw-1", upstream.Address)]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);

        await loadBalancer.Process.FreezeAsync();
        await client.SendAsync($"{method} /second HTTP/1.1\r\nHost: a\r\n{(method == "POST" ? "Content-Length: 0\r\n" : "")}\r\n");
        await unused!.SendAsync(unasked);
        unused.EndSending();
        loadBalancer.Process.Signal("CONT");

        var response = await client.ReadResponseAsync();
        Assert.Equal((200, "ok"), (response.Status, response.Body));
        Assert.Single(upstream.Requests, request => request.Line.Contains("/second", StringComparison.Ordinal));
    }
}
