using System.Net;
using System.Net.Sockets;
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

        await Eventually.IsTrueAsync("/health responds with 503", async () =>
            (await client.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode == HttpStatusCode.ServiceUnavailable);
        var response = await client.GetAsync("/boards", TestContext.Current.CancellationToken);
        Assert.Equal("gw-1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(response.Headers.ConnectionClose);
        Assert.Equal(0, await loadBalancer.Process.HasEndedAsync());
    }

    /// <summary>A reset in response to the client's data would discard response data that the client has not read.</summary>
    [Fact]
    public async Task Response_that_a_client_still_reads_and_meanwhile_sends_gets_through_to_its_end()
    {
        const int Length = 400_000;
        _gateway.Answer = async context =>
        {
            context.Response.ContentLength = Length;
            await context.Response.Body.WriteAsync(new byte[Length]);
        };
        await using var loadBalancer = await LoadBalancerProcess.StartAsync([("gw-1", _gateway.Address)], "Drain:Period=00:00:00");
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 8 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var count = await client.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        var received = count - System.Text.Encoding.ASCII.GetString(buffer, 0, count).IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;

        loadBalancer.Process.Signal("TERM");
        while (await client.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken) is > 0 and var more)
        {
            received += more;
            await client.SendAsync("\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(Length, received);
        client.Close();
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
        await Eventually.IsTrueAsync("the gateway has the request", () => !_gateway.Received.IsEmpty);

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
