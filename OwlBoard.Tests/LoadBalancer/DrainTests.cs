using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class DrainTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Sigterm_lets_it_serve_on_with_closing_connections_until_the_period_is_over_and_exit_with_0()
    {
        await using var loadBalancer = await LoadBalancerProcess.StartAsync([("gw-1", _gateway.Address)], "Drain:Period=00:00:02");
        using var client = new HttpClient { BaseAddress = loadBalancer.Desktop };

        loadBalancer.Process.Signal("TERM");

        await Eventually.IsTrueAsync("it answers 503 on /health", async () =>
            (await client.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode == HttpStatusCode.ServiceUnavailable);
        var response = await client.GetAsync("/boards", TestContext.Current.CancellationToken);
        Assert.Equal("gw-1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(response.Headers.ConnectionClose);
        Assert.Equal(0, await loadBalancer.Process.HasEndedAsync());
    }

    [Fact]
    public async Task Websockets_are_closed_with_1001_when_the_period_is_over()
    {
        _gateway.Answer = async context =>
        {
            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            var received = await accepted.ReceiveAsync(new byte[64], context.RequestAborted);
            await accepted.CloseOutputAsync(received.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        };
        await using var loadBalancer = await LoadBalancerProcess.StartAsync([("gw-1", _gateway.Address)], "Drain:Period=00:00:00.5");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{loadBalancer.Desktop.Authority}/ws"), TestContext.Current.CancellationToken);

        loadBalancer.Process.Signal("TERM");

        var message = await socket.ReceiveAsync(new byte[64], TestContext.Current.CancellationToken)
            .WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketMessageType.Close, message.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, message.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, await loadBalancer.Process.HasEndedAsync());
    }

    [Fact]
    public async Task A_request_in_flight_is_finished_after_the_period()
    {
        var release = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("whole");
        };
        await using var loadBalancer = await LoadBalancerProcess.StartAsync([("gw-1", _gateway.Address)], "Drain:Period=00:00:00.1");
        using var client = new HttpClient { BaseAddress = loadBalancer.Desktop };
        var request = client.GetStringAsync("/slow", TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("the request is at the gateway", () => !_gateway.Received.IsEmpty);

        loadBalancer.Process.Signal("TERM");
        await Eventually.IsTrueAsync("the listener is closed", async () =>
        {
            try
            {
                using var another = new HttpClient();
                await another.GetAsync(new Uri(loadBalancer.Desktop, "/health"), TestContext.Current.CancellationToken);
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        release.SetResult();

        Assert.Equal("whole", await request);
        Assert.Equal(0, await loadBalancer.Process.HasEndedAsync());
    }
}
