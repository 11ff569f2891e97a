using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ConnectionLimitTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task A_request_more_than_a_client_may_have_open_gets_429_until_one_ends()
    {
        var release = new TaskCompletionSource();
        _gateway.Answer = _ => release.Task;
        await using var loadBalancer = Start("2", KeyValuePair.Create("TrustedProxies:0", "127.0.0.0/8"));
        using var limited = new RecordedMetric(loadBalancer, "owlboard.connection_limited");
        var open = new[] { loadBalancer.AskAsync(), loadBalancer.AskAsync() };
        await Eventually.IsTrueAsync("the gateway has two requests", () => _gateway.Received.Count == 2);

        var refused = await loadBalancer.Http.GetAsync("/boards", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["1"], refused.Headers.GetValues("Retry-After"));
        var problem = await refused.Content.ReadFromJsonAsync<ProblemDetails>(TestContext.Current.CancellationToken);
        Assert.Contains("2 concurrent requests", problem?.Detail, StringComparison.Ordinal);
        Assert.Equal(1, limited.Sum);
        Assert.Equal(HttpStatusCode.OK, (await loadBalancer.Http.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);

        using var ofAnother = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };
        var another = loadBalancer.Http.SendAsync(ofAnother, TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("the gateway has the other client's request", () => _gateway.Received.Count == 3);

        release.SetResult();
        await Task.WhenAll(open);
        Assert.Equal(HttpStatusCode.OK, (await another).StatusCode);
        await loadBalancer.AskAsync();
        await Eventually.IsTrueAsync("no client is tracked", () => loadBalancer.Services.GetRequiredService<ConnectionLimiter>().Clients == 0);
    }

    [Fact]
    public async Task A_websocket_counts_while_it_is_open()
    {
        _gateway.Answer = async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                return;
            }

            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            await accepted.ReceiveAsync(new byte[16], context.RequestAborted);
            await accepted.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        };
        await using var loadBalancer = Start("1");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{loadBalancer.Desktop.Port}/"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(loadBalancer));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);

        await Eventually.IsTrueAsync("the client is served again", async () => await StatusAsync(loadBalancer) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task There_is_no_limit_by_default()
    {
        var release = new TaskCompletionSource();
        _gateway.Answer = _ => release.Task;
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var open = Enumerable.Range(0, 50).Select(_ => loadBalancer.AskAsync()).ToArray();
        await Eventually.IsTrueAsync("all 50 requests are open", () => _gateway.Received.Count == 50);

        release.SetResult();
        await Task.WhenAll(open);
    }

    [Fact]
    public async Task Counting_is_exact_when_many_come_and_go_at_once()
    {
        var limiter = new ConnectionLimiter();
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var inside = 0;
            for (var i = 0; i < 50_000; i++)
            {
                if (limiter.TryEnter(7, limit: 3))
                {
                    inside = Interlocked.Increment(ref most);
                    Assert.InRange(inside, 1, 3);
                    Interlocked.Decrement(ref most);
                    limiter.Leave(7);
                }
            }
        })));

        Assert.Equal(0, limiter.Clients);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestLoadBalancer loadBalancer)
    {
        using var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private TestLoadBalancer Start(string limit, params KeyValuePair<string, string>[] settings) =>
        TestLoadBalancer.Start([_gateway], [new("ConnectionLimit:PerClient", limit), .. settings]);
}
