using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OwlBoard.Tests.Services;

/// <summary>A client's WebSocket. Every wait has a deadline.</summary>
public sealed class SocketClient : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket _socket = new();

    public WebSocket Socket => _socket;

    /// <param name="address">The WebSocket's address.</param>
    /// <param name="from">The client's address as forwarded by the load balancer; <see langword="null"/> for this machine.</param>
    public static async Task<SocketClient> ConnectAsync(Uri address, string? from = null)
    {
        var client = new SocketClient();
        if (from is not null)
        {
            client._socket.Options.SetRequestHeader("X-Real-IP", from);
        }

        using var deadline = new CancellationTokenSource(Deadline);
        await client._socket.ConnectAsync(address, deadline.Token);
        return client;
    }

    public async Task SendAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);
    }

    /// <summary>Receives the next message.</summary>
    public async Task<JsonElement> ReceiveAsync()
    {
        var text = await ReceiveTextAsync();
        Assert.True(text is not null, $"The server closed the connection: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Receives the next message, which must have the given type, and returns its data.</summary>
    public async Task<JsonElement> ReceiveAsync(string type)
    {
        var message = await ReceiveAsync();
        Assert.Equal(type, message.GetProperty("type").GetString());
        return message.GetProperty("data");
    }

    /// <summary>Receives the next message, which must be an error, and returns its detail.</summary>
    public async Task<string> ReceiveErrorAsync() =>
        (await ReceiveAsync("error")).GetProperty("detail").GetString()!;

    /// <summary>Receives the next message, which must be a close frame, and replies to it.</summary>
    public async Task<(WebSocketCloseStatus? Status, string? Reason)> ReceiveCloseAsync()
    {
        Assert.Null(await ReceiveTextAsync());
        using var deadline = new CancellationTokenSource(Deadline);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
        return (_socket.CloseStatus, _socket.CloseStatusDescription);
    }

    public async Task CloseAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> ReceiveTextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
            }
        }
    }
}
