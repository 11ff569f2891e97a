using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class WebSocketTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/chat/ws/b1?user_id=1&username=Owl", "/chat/ws/b1?user_id=1&username=Owl")]
    [InlineData("/api/comments/ws/dashboards/b1/comments", "/comments/ws/dashboards/b1/comments")]
    [InlineData("/api/canvas/ws/b1", "/canvas/ws/b1")]
    public async Task WebSocket_reaches_its_service_and_carries_messages_of_any_size(string path, string expected)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(gateway.WebSocketUri(path), Token);

        foreach (var text in (string[])["hoot", new string('x', 70_000)])
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Token);
            Assert.Equal(text, Encoding.UTF8.GetString((await Forwarding.WebSockets.Frames.ReceiveAsync(socket)).Payload));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(expected, service.Requests.Single().PathAndQuery);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, service.ClosedWebSockets.Single());
    }

    [Fact]
    public async Task Idle_WebSocket_outlives_the_timeout_of_requests()
    {
        var time = new FakeTimeProvider();
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service, time);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(gateway.WebSocketUri("/api/chat/ws/b1"), Token);

        time.Advance(TimeSpan.FromHours(23.9));

        await socket.SendAsync("hoot"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        Assert.Equal("hoot"u8.ToArray(), (await Forwarding.WebSockets.Frames.ReceiveAsync(socket)).Payload);
    }

    [Fact]
    public async Task Drain_closes_WebSockets_on_both_sides_with_1001()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(gateway.WebSocketUri("/api/chat/ws/b1"), Token);
        await socket.SendAsync("hoot"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        await Forwarding.WebSockets.Frames.ReceiveAsync(socket);

        gateway.Drain.BeginClose();

        Assert.Equal(WebSocketMessageType.Close, (await Forwarding.WebSockets.Frames.ReceiveAsync(socket)).Type);
        Assert.Equal((WebSocketCloseStatus)1001, socket.CloseStatus);
        await Eventually.IsTrueAsync("the service received the close", () => service.ClosedWebSockets.Count == 1);
        Assert.Equal((WebSocketCloseStatus)1001, service.ClosedWebSockets.Single());
        // The handshake completes and the connection ends with it.
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token).WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    [Fact]
    public async Task Drain_cuts_WebSockets_that_do_not_answer_the_close_and_the_gateway_stops()
    {
        await using var service = await FakeService.StartAsync();
        var gateway = TestGateway.Start(service, settings: [("WebSockets:CloseTimeout", "00:00:00.3")]);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(gateway.WebSocketUri("/api/chat/ws/b1"), Token);

        // Disposal stops the host, which waits for connections; the client never reads.
        await gateway.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(4), Token);
    }

    [Fact]
    public async Task WebSocket_to_a_service_that_is_down_is_503_naming_it()
    {
        await using var gateway = TestGateway.Start(settings: [("Gateway:Services:chat", $"http://127.0.0.1:{FreePort.Next()}")]);

        using var response = await UpgradeAsync(gateway);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("chat-service", problem.GetProperty("service").GetString());
    }

    [Fact]
    public async Task WebSocket_that_a_service_does_not_accept_in_time_is_504()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = TestGateway.Start(settings:
            [("Gateway:Services:chat", $"http://{silent.LocalEndpoint}"), ("Gateway:ServiceTimeout", "00:00:00.2")]);

        using var response = await UpgradeAsync(gateway);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("chat-service", problem.GetProperty("service").GetString());
    }

    private static Task<HttpResponseMessage> UpgradeAsync(TestGateway gateway) =>
        gateway.SendAsync(HttpMethod.Get, "/api/chat/ws/b1", ("Connection", "Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
}
