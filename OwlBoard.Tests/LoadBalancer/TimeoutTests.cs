using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of each time limit with a short value. Tests of the options cover the defaults.</summary>
[Trait("Category", "Integration")]
public sealed class TimeoutTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task A_request_head_that_does_not_come_in_time_gives_408()
    {
        await using var loadBalancer = Start(("RequestHeaders", "00:00:00.2"));
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");

        Assert.Equal(408, (await client.ReadResponseAsync()).Status);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Empty(_gateway.Received);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    public async Task A_request_body_that_stops_coming_gives_408_and_no_gateway_is_blamed(string rest)
    {
        _gateway.Answer = context => context.Request.Body.CopyToAsync(Stream.Null);
        await using var loadBalancer = Start(("RequestBody", "00:00:00.2"));
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync($"POST /upload HTTP/1.1\r\nHost: a\r\n{rest}");

        var response = await client.ReadResponseAsync();
        Assert.Equal(408, response.Status);
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
        Assert.Equal("close", response.Header("Connection"));
        using var problem = JsonDocument.Parse(response.Body);
        Assert.Contains("too slowly", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task A_body_that_comes_slowly_but_steadily_may_take_longer_than_the_limit()
    {
        _gateway.Answer = async context => await context.Response.WriteAsync($"got {(await new StreamReader(context.Request.Body).ReadToEndAsync()).Length}");
        await using var loadBalancer = Start(("RequestBody", "00:00:02"));
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");

        var started = Stopwatch.GetTimestamp();
        var sent = 0;
        while (sent < 99)
        {
            await client.SendAsync("x");
            sent++;
            // Send a byte every 25 ms until the limit has passed.
            var due = TimeSpan.FromSeconds(2.5) * sent / 99;
            await Eventually.IsTrueAsync("it is time for the next byte", () => Stopwatch.GetElapsedTime(started) >= due);
        }

        await client.SendAsync("x");

        Assert.Equal("got 100", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task A_request_whose_body_is_still_coming_when_its_gateway_is_declared_dead_goes_on_at_another()
    {
        await using var other = await FakeGateway.StartAsync("gw-2");
        var thaw = new TaskCompletionSource();
        var requests = 0;
        foreach (var gateway in new[] { _gateway, other })
        {
            gateway.Answer = async context =>
            {
                // The gateway that receives the first request freezes, and its probes fail.
                if (Interlocked.Increment(ref requests) == 1)
                {
                    gateway.AnswerProbe = FakeGateway.Reset;
                    await thaw.Task;
                }

                await context.Response.WriteAsync($"got {(await new StreamReader(context.Request.Body).ReadToEndAsync()).Length}");
            };
        }

        await using var loadBalancer = TestLoadBalancer.Start(
            [_gateway, other],
            [new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:01"), new("ActiveHealth:Timeout", "00:00:01")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        // The body is larger than the buffer that the forwarder fills before it starts to send.
        await client.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20003\r\n\r\n{new string('x', 20_000)}");
        await Eventually.IsTrueAsync("the second gateway has the request", () => Volatile.Read(ref requests) == 2);
        await client.SendAsync("end");

        Assert.Equal("got 20003", (await client.ReadResponseAsync()).Body);
        thaw.SetResult();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task An_upstream_that_no_connection_can_be_opened_to_is_passed_over_whatever_the_method(string method)
    {
        using var hole = await BlackHole.CreateAsync();
        await using var loadBalancer = TestLoadBalancer.Start(
            [],
            [
                new("Timeouts:Connect", "00:00:00.2"),
                new("PassiveHealth:MaxFails", "0"),
                new("Gateways:0:Address", hole.Address),
                new("Gateways:0:Name", "hole"),
                new("Gateways:1:Address", _gateway.Address),
                new("Gateways:1:Name", "gw-1"),
            ]);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("gw-1", await loadBalancer.AskAsync(method: new HttpMethod(method)));
        }

        Assert.Equal(4, _gateway.Received.Count);
        Assert.InRange(loadBalancer.Gateway("hole").Statistics.Failures, 1, 4);
        Assert.Equal("connect", loadBalancer.Gateway("hole").Statistics.LastFailure?.Reason);
    }

    [Fact]
    public async Task A_response_body_that_stops_coming_is_cut_and_counts_against_the_gateway()
    {
        _gateway.Answer = async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("abc");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var loadBalancer = Start(("Response", "00:00:00.3"));
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(200, (await client.ReadResponseAsync(withBody: false)).Status);
        Assert.Equal("abc", await client.ReadToEndAsync());
        await Eventually.IsTrueAsync("the failure counts against the gateway", () => loadBalancer.Gateway("gw-1").Statistics.Failures == 1);
    }

    [Fact]
    public async Task A_websocket_may_be_idle_for_longer_than_a_response()
    {
        _gateway.Answer = async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var received = await socket.ReceiveAsync(new byte[16], context.RequestAborted);
            await socket.SendAsync(new byte[received.Count], WebSocketMessageType.Binary, true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[16], context.RequestAborted);
        };
        await using var loadBalancer = Start(("Response", "00:00:00.3"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{loadBalancer.Desktop.Port}/"), TestContext.Current.CancellationToken);

        // Three requests that time out in sequence take three times the limit.
        for (var i = 0; i < 3; i++)
        {
            using var slow = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.GatewayTimeout, slow.StatusCode);
        }

        await socket.SendAsync(new byte[5], WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        Assert.Equal(5, (await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_websocket_that_carries_nothing_for_its_own_limit_is_closed()
    {
        _gateway.Answer = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[16], context.RequestAborted);
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("WebSockets:IdleTimeout", "00:00:00.3")]);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{loadBalancer.Desktop.Port}/"), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_websocket_handshake_that_is_not_answered_gives_504()
    {
        _gateway.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var loadBalancer = Start(("Response", "00:00:00.3"));

        var response = await RawClient.AskAsync(
            loadBalancer.Desktop,
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Equal(504, response.Status);
    }

    private TestLoadBalancer Start((string Key, string Value) timeout) =>
        TestLoadBalancer.Start([_gateway], [new($"Timeouts:{timeout.Key}", timeout.Value)]);
}
