using System.Diagnostics.Metrics;
using System.Net.WebSockets;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public sealed class SocketLimitTests
{
    private const string Path = "/canvas/ws/board";

    [Fact]
    public async Task Slow_reader_is_cut_and_the_others_go_on()
    {
        await using var service = new SmallQueues();
        await service.InitializeAsync();
        var slow = new TaskCompletionSource();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "owlboard.websocket.slow_disconnects")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => slow.TrySetResult());
        meters.Start();
        await using var artist = await service.ConnectAsync(Path);
        await using var reader = await service.ConnectAsync(Path);
        await using var sleeper = await service.ConnectAsync(Path, from: "192.0.2.1");
        var stroke = $$$"""{"type":"stroke","data":{"points":"{{{new string('x', 60_000)}}}"}}""";

        // The slow client does not read: first the kernel buffers fill up, then the service's queue.
        for (var sent = 0; !slow.Task.IsCompleted; sent++)
        {
            Assert.True(sent < 2000, "120 MB were sent and the slow reader is still connected.");
            await artist.SendAsync(stroke);
            await reader.ReceiveAsync("stroke");
        }

        // The reader received each message and still receives more; the slow client is disconnected without a close frame.
        await artist.SendAsync("""{"type":"clear","data":{}}""");
        await reader.ReceiveAsync("clear");
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await sleeper.ReceiveAsync("stroke");
            }
        });
    }

    [Fact]
    public async Task Message_over_the_limit_ends_the_connection_with_1009()
    {
        await using var service = new SmallQueues();
        await service.InitializeAsync();
        await using var client = await service.ConnectAsync(Path);

        await client.SendAsync($$$"""{"type":"stroke","data":{"points":"{{{new string('x', 70_000)}}}"}}""");

        Assert.NotEmpty(await client.ReceiveErrorAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, (await client.ReceiveCloseAsync()).Status);
    }

    [Fact]
    public async Task Binary_message_is_answered_with_an_error()
    {
        await using var service = new SmallQueues();
        await service.InitializeAsync();
        await using var client = await service.ConnectAsync(Path);

        await client.Socket.SendAsync(
            new byte[] { 1, 2 }, WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);

        Assert.Contains("text", await client.ReceiveErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_has_its_share_of_connections_and_the_others_theirs()
    {
        await using var service = new SmallQueues();
        await service.InitializeAsync();
        var first = await service.ConnectAsync(Path, from: "192.0.2.1");
        await using var second = await service.ConnectAsync(Path, from: "192.0.2.1");

        using var refused = new HttpRequestMessage(HttpMethod.Get, Path)
        {
            Headers =
            {
                { "X-Real-IP", "192.0.2.1" }, { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" },
                { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" },
            },
        };
        using var response = await service.Http.SendAsync(refused, TestContext.Current.CancellationToken);
        await using var other = await service.ConnectAsync(Path, from: "192.0.2.2");

        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Contains(
            "Address limit reached: 2 WebSockets",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await first.CloseAsync();
        await first.DisposeAsync();
        await Fixtures.Eventually.IsTrueAsync("the closed connection no longer counts", async () =>
        {
            try
            {
                await using var next = await service.ConnectAsync(Path, from: "192.0.2.1");
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
    }

    private sealed class SmallQueues() : RunningService(
        "canvas", "--WebSockets:MaxMessageBytes=65536", "--WebSockets:MaxQueuedBytes=262144", "--WebSockets:MaxConnectionsPerClient=2");
}
