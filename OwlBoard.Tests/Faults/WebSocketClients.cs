using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;

namespace OwlBoard.Tests.Faults;

/// <summary>WebSocket clients that reconnect at once when they are disconnected, and record each interruption.</summary>
internal sealed class WebSocketClients : IAsyncDisposable
{
    private readonly Uri _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _clients;
    private int _open;

    private WebSocketClients(Uri target, int count)
    {
        _target = target;
        _clients = [.. Enumerable.Range(0, count).Select(_ => StayConnectedAsync())];
    }

    /// <summary>Gets the number of connected clients.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The interruptions, each with the server's close status and the time until the client was reconnected.</summary>
    public ConcurrentBag<(WebSocketCloseStatus? Status, TimeSpan Away)> Interruptions { get; } = [];

    public static WebSocketClients Connect(Uri target, int count) => new(target, count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task StayConnectedAsync()
    {
        await Task.Yield();
        WebSocketCloseStatus? status = null;
        long? closed = null;
        while (!_stop.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            try
            {
                await socket.ConnectAsync(_target, _stop.Token);
            }
            catch (Exception refused) when (refused is WebSocketException or OperationCanceledException)
            {
                continue;
            }

            if (closed is { } since)
            {
                Interruptions.Add((status, Stopwatch.GetElapsedTime(since)));
            }

            Interlocked.Increment(ref _open);
            status = await ReadToEndAsync(socket);
            closed = Stopwatch.GetTimestamp();
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<WebSocketCloseStatus?> ReadToEndAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer, _stop.Token)).MessageType != WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _stop.Token);
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException)
        {
            // The connection ended without a close frame, so there is no status.
        }

        return socket.CloseStatus;
    }
}
