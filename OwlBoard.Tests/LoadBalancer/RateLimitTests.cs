using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Limits;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class RateLimitTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Burst_and_one_pass_at_once_and_then_one_each_10_ms()
    {
        await using var loadBalancer = Start();

        Assert.Equal(21, await PassedAsync(loadBalancer, 30));
        _time.Advance(TimeSpan.FromMilliseconds(9.9));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1));
        _time.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.Equal(1, await PassedAsync(loadBalancer, 3));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(21, await PassedAsync(loadBalancer, 30));
        Assert.Equal(43, _gateway.Received.Count);
    }

    [Fact]
    public async Task Those_over_it_get_429_with_retry_after_and_a_problem_body_and_are_counted()
    {
        await using var loadBalancer = Start(("RateLimit:RequestsPerSecond", "0.4"), ("RateLimit:Burst", "0"));
        using var limited = new RecordedMetric(loadBalancer, "owlboard.rate_limited");
        await loadBalancer.AskAsync();

        var refused = await loadBalancer.Http.GetAsync("/boards", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(["3"], refused.Headers.GetValues("Retry-After"));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["OwlBoard-LB"], refused.Headers.GetValues("X-Load-Balancer"));
        Assert.Equal(["nosniff"], refused.Headers.GetValues("X-Content-Type-Options"));
        var problem = await refused.Content.ReadFromJsonAsync<ProblemDetails>(TestContext.Current.CancellationToken);
        Assert.Equal(429, problem?.Status);
        Assert.Equal("/boards", problem?.Instance);
        Assert.Contains("Too many requests", problem?.Detail, StringComparison.Ordinal);
        Assert.Equal(1, limited.Sum);
        Assert.Equal(["*"], limited.Values("route"));
    }

    [Fact]
    public async Task Retry_after_is_at_least_one_second()
    {
        await using var loadBalancer = Start(("RateLimit:Burst", "0"));
        await loadBalancer.AskAsync();

        var refused = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(["1"], refused.Headers.GetValues("Retry-After"));
    }

    [Fact]
    public async Task Health_and_status_are_not_limited_and_0_switches_it_off()
    {
        await using var limited = Start(("RateLimit:Burst", "0"));
        await using var unlimited = Start(("RateLimit:RequestsPerSecond", "0"));
        await limited.AskAsync();

        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await limited.Http.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await limited.Http.GetAsync("/lb-status", TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal(0, await PassedAsync(limited, 1));
        Assert.Equal(30, await PassedAsync(unlimited, 30));
    }

    [Fact]
    public async Task Clients_behind_a_trusted_proxy_are_told_apart_and_a_64_is_one_client()
    {
        await using var loadBalancer = Start(("TrustedProxies:0", "127.0.0.0/8"));

        Assert.Equal(21, await PassedAsync(loadBalancer, 22, client: "203.0.113.7"));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1, client: "::ffff:203.0.113.7"));
        Assert.Equal(21, await PassedAsync(loadBalancer, 22, client: "203.0.113.8"));
        Assert.Equal(21, await PassedAsync(loadBalancer, 22, client: "2001:db8:1:2::1"));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1, client: "2001:db8:1:2:ffff::1"));
        Assert.Equal(21, await PassedAsync(loadBalancer, 22, client: "2001:db8:1:3::1"));
    }

    [Fact]
    public async Task Whoever_is_not_trusted_cannot_escape_by_a_forged_header()
    {
        await using var loadBalancer = Start();

        Assert.Equal(21, await PassedAsync(loadBalancer, 22));
        Assert.Equal(0, await PassedAsync(loadBalancer, 3, client: "203.0.113.7"));
    }

    [Fact]
    public async Task Routes_have_limits_of_their_own()
    {
        await using var loadBalancer = Start(
            ("RateLimit:Routes:0:Path", "/api"),
            ("RateLimit:Routes:0:RequestsPerSecond", "0"),
            ("RateLimit:Routes:1:Path", "/api/chat/"),
            ("RateLimit:Routes:1:Burst", "4"));
        using var limited = new RecordedMetric(loadBalancer, "owlboard.rate_limited");

        Assert.Equal(5, await PassedAsync(loadBalancer, 6, "/api/chat"));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1, "/API/%63hat/rooms/1"));
        Assert.Equal(30, await PassedAsync(loadBalancer, 30, "/api/chats"));
        Assert.Equal(21, await PassedAsync(loadBalancer, 22, "/boards"));
        Assert.Equal(["/api/chat", "/api/chat", "*"], limited.Values("route"));
    }

    [Fact]
    public async Task Changed_limits_apply_at_once_and_others_keep_their_count()
    {
        await using var loadBalancer = Start(("RateLimit:Routes:0:Path", "/api/chat"), ("RateLimit:Routes:0:Burst", "4"));
        Assert.Equal(21, await PassedAsync(loadBalancer, 22));
        Assert.Equal(5, await PassedAsync(loadBalancer, 6, "/api/chat"));

        Change(loadBalancer, ("RateLimit:Burst", "9"));

        Assert.Equal(10, await PassedAsync(loadBalancer, 12));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1, "/api/chat"));

        Change(loadBalancer, ("RateLimit:RequestsPerSecond", "-1"));
        Assert.Equal(0, await PassedAsync(loadBalancer, 1));

        Change(loadBalancer, ("RateLimit:RequestsPerSecond", "0"));
        Assert.Equal(30, await PassedAsync(loadBalancer, 30));
    }

    [Fact]
    public async Task Messages_of_a_websocket_are_no_requests()
    {
        _gateway.Answer = EchoAsync;
        await using var loadBalancer = Start(("RateLimit:Burst", "0"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{loadBalancer.Desktop.Port}/"), TestContext.Current.CancellationToken);

        for (var i = 0; i < 50; i++)
        {
            await socket.SendAsync(new byte[] { 7 }, WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
            var received = await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken);
            Assert.Equal(1, received.Count);
        }

        using var second = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() =>
            second.ConnectAsync(new Uri($"ws://127.0.0.1:{loadBalancer.Desktop.Port}/"), TestContext.Current.CancellationToken));
        Assert.Single(_gateway.Received);
    }

    [Fact]
    public async Task Tables_shrink_once_a_flood_is_over()
    {
        await using var loadBalancer = Start();
        await loadBalancer.AskAsync();
        var table = loadBalancer.Services.GetRequiredService<RateLimiter>().Rules[^1].Table!;
        for (var client = 1UL; client <= 10_000; client++)
        {
            table.TryTake(client, _time.GetTimestamp(), new LeakyBucket(TimeSpan.TicksPerSecond, 0), out _);
        }

        Assert.True(table.Size > 10_000);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1024, table.Size);
    }

    private static async Task EchoAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16];
        while (socket.State == WebSocketState.Open)
        {
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Binary, true, context.RequestAborted);
        }
    }

    private static void Change(TestLoadBalancer loadBalancer, (string Key, string Value) setting)
    {
        var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();
        configuration[$"LoadBalancer:{setting.Key}"] = setting.Value;
        ((IConfigurationRoot)configuration).Reload();
    }

    private static async Task<int> PassedAsync(TestLoadBalancer loadBalancer, int times, string path = "/", string? client = null)
    {
        var passed = 0;
        for (var i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (client is not null)
            {
                request.Headers.Add("X-Forwarded-For", client);
            }

            using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{response.StatusCode}");
            passed += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        return passed;
    }

    private TestLoadBalancer Start(params (string Key, string Value)[] settings) => TestLoadBalancer.Start(
        [_gateway],
        [
            // The default values; the fixture disables the limit for other tests.
            new("RateLimit:RequestsPerSecond", "100"),
            .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)),
        ],
        services => services.AddSingleton<TimeProvider>(_time));
}
