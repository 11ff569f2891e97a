using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.WebSockets;

[Trait("Category", "Unit")]
public sealed class WebSocketRelayStreamTests : IDisposable
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DuplexStream _client;
    private readonly WebSocketRelayStream _relay;
    private int _relayedBytes;

    public WebSocketRelayStreamTests()
    {
        (_client, var server) = DuplexStream.Connect();
        var options = new WebSocketRelayOptions { PingInterval = Ping, CloseTimeout = TimeSpan.FromSeconds(2) };
        _relay = new(server, options, _time, _aborted.SetResult, _closing.Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _relay.Dispose();
        _client.Dispose();
        _closing.Dispose();
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(7, 200)]
    [InlineData(5000, 70_001)]
    public async Task Ping_to_the_client_never_goes_inside_a_frame(int pieces, int largest)
    {
        int[] sizes = [.. Frames.Sizes.Where(size => size <= largest)];
        var wire = (await Frames.EncodeAsync(isServer: true, sizes)).SelectMany(frame => frame).ToArray();
        using var receiver = WebSocket.CreateFromStream(_client, false, null, Timeout.InfiniteTimeSpan);

        var written = 0;
        foreach (var piece in wire.Chunk(pieces))
        {
            await _relay.WriteAsync(piece, Token);
            written += piece.Length;
            // The first tick clears the activity flag, the second finds no activity.
            _time.Advance(Ping);
            _time.Advance(Ping);
        }

        foreach (var size in sizes)
        {
            Assert.Equal(Frames.Payload(size), (await Frames.ReceiveAsync(receiver)).Payload);
        }
    }

    [Fact]
    public async Task Ping_reaches_an_idle_client_and_not_a_busy_one()
    {
        var message = (await Frames.EncodeAsync(isServer: true, 1)).Single();
        await _relay.WriteAsync(message, Token);
        _time.Advance(Ping);
        await _relay.WriteAsync(message, Token);
        _time.Advance(Ping);
        _time.Advance(Ping);

        byte[] expected = [.. message, .. message, .. ControlFrames.PingToClient.Span];
        Assert.Equal(expected, await ReadClientAsync(expected.Length));
    }

    [Fact]
    public async Task Ping_reaches_an_idle_server_while_the_proxy_waits_for_the_client()
    {
        var buffer = new byte[100];
        var read = _relay.ReadAsync(buffer, Token).AsTask();
        Assert.False(read.IsCompleted);

        _time.Advance(Ping);

        Assert.Equal(6, await read.WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.Equal([0x89, 0x80], buffer[..2]);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(7, 200)]
    [InlineData(5000, 70_001)]
    public async Task Ping_to_the_server_never_goes_inside_a_frame(int pieces, int largest)
    {
        int[] sizes = [.. Frames.Sizes.Where(size => size <= largest)];
        var wire = (await Frames.EncodeAsync(isServer: false, sizes)).SelectMany(frame => frame).ToArray();
        var relayed = RelayToServerAsync();
        foreach (var piece in wire.Chunk(pieces))
        {
            await _client.WriteAsync(piece, Token);
            _time.Advance(Ping);
            _time.Advance(Ping);
        }

        _client.CompleteWriting();

        var bytes = await relayed;
        Assert.True(bytes.Length > wire.Length, "No ping was inserted.");
        using var receiver = Receive(bytes, isServer: true);
        foreach (var size in sizes)
        {
            Assert.Equal(Frames.Payload(size), (await Frames.ReceiveAsync(receiver)).Payload);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(150)]
    [InlineData(163)]
    [InlineData(164)]
    [InlineData(300)]
    public async Task Close_reaches_the_client_after_the_frame_under_way_and_ends_the_stream(int written)
    {
        var wire = (await Frames.EncodeAsync(isServer: true, 160, 160, 160)).SelectMany(frame => frame).ToArray();
        await _relay.WriteAsync(wire.AsMemory(0, written), Token);
        await _closing.CancelAsync();
        await _relay.WriteAsync(wire.AsMemory(written), Token);
        _relay.Dispose();

        using var receiver = WebSocket.CreateFromStream(_client, false, null, Timeout.InfiniteTimeSpan);
        for (var begun = 0; begun < (written + 163) / 164; begun++)
        {
            Assert.Equal(Frames.Payload(160), (await Frames.ReceiveAsync(receiver)).Payload);
        }

        Assert.Equal(WebSocketMessageType.Close, (await Frames.ReceiveAsync(receiver)).Type);
        Assert.Equal((WebSocketCloseStatus)1001, receiver.CloseStatus);
        Assert.Equal(0, await _client.ReadAsync(new byte[1], Token));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 1)]
    [InlineData(168, 1)]
    [InlineData(400, 2)]
    public async Task Close_reaches_the_server_after_the_last_whole_frame(int sent, int whole)
    {
        // The header has 8 bytes: 2 fixed, 2 for the length, 4 for the mask.
        var wire = (await Frames.EncodeAsync(isServer: false, 160, 160, 160)).SelectMany(frame => frame).ToArray();
        var relayed = RelayToServerAsync();
        await _client.WriteAsync(wire.AsMemory(0, sent), Token);
        await Eventually.IsTrueAsync("what was sent is relayed", () => _relayedBytes >= sent);
        await _closing.CancelAsync();
        await _client.WriteAsync(wire.AsMemory(sent), Token);
        await SendCloseAsync();

        using var receiver = Receive(await relayed, isServer: true);
        for (var frame = 0; frame < whole; frame++)
        {
            Assert.Equal(Frames.Payload(160), (await Frames.ReceiveAsync(receiver)).Payload);
        }

        while (true)
        {
            // Whole frames that arrive with the rest of a partial frame are not lost.
            var (type, payload) = await Frames.ReceiveAsync(receiver);
            if (type == WebSocketMessageType.Close)
            {
                break;
            }

            Assert.Equal(Frames.Payload(160), payload);
        }

        Assert.Equal((WebSocketCloseStatus)1001, receiver.CloseStatus);
        Assert.False(_aborted.Task.IsCompleted);
    }

    [Fact]
    public async Task Connection_is_cut_when_a_side_does_not_answer_the_close()
    {
        var relayed = RelayToServerAsync();
        await _closing.CancelAsync();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(_aborted.Task.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.1));

        await _aborted.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(8, (await relayed).Length);
    }

    [Fact]
    public async Task Nothing_follows_a_close_of_the_peers_own()
    {
        byte[] close = [0x88, 0x02, 0x03, 0xE8];
        await _relay.WriteAsync(close, Token);
        _time.Advance(Ping);
        _time.Advance(Ping);
        await _closing.CancelAsync();
        _relay.Dispose();

        using var rest = new MemoryStream();
        await _client.CopyToAsync(rest, Token);
        Assert.Equal(close, rest.ToArray());
    }

    private static WebSocket Receive(byte[] wire, bool isServer) =>
        WebSocket.CreateFromStream(new DuplexStream(new MemoryStream(wire), new MemoryStream()), isServer, null, Timeout.InfiniteTimeSpan);

    private async Task SendCloseAsync() => await _client.WriteAsync(ControlFrames.CloseToServer(), Token);

    /// <summary>Copies from here to the server, as a proxy does.</summary>
    private async Task<byte[]> RelayToServerAsync()
    {
        using var server = new MemoryStream();
        var buffer = new byte[16_384];
        while (await _relay.ReadAsync(buffer, Token) is > 0 and var count)
        {
            server.Write(buffer, 0, count);
            Interlocked.Add(ref _relayedBytes, count);
        }

        return server.ToArray();
    }

    private async Task<byte[]> ReadClientAsync(int count)
    {
        var bytes = new byte[count];
        await _client.ReadExactlyAsync(bytes, Token);
        return bytes;
    }
}
