using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using System.Threading.RateLimiting;

namespace OwlBoard.Services.Realtime;

/// <summary>
/// A client's WebSocket. Sending never waits: messages are queued up to a limit, beyond which the connection is aborted, so
/// that a slow client costs neither memory nor the other clients' time.
/// </summary>
internal sealed partial class SocketConnection(
    SocketOptions options, RateLimitLease place, TimeProvider time, ServicesMetrics metrics, ILogger<SocketConnection> logger) : IDisposable
{
    private const int SmallBuffer = 4 * 1024;

    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new() { SingleReader = true });

    private readonly CancellationTokenSource _cut = new(Timeout.InfiniteTimeSpan, time);
    private readonly Lock _closeOnce = new();
    private int _queuedMessages;
    private long _queuedBytes;
    private volatile bool _isClosing;
    private WebSocketCloseStatus _closeStatus;
    private string _closeReason = "";

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Queues a message, or aborts the connection if the queue is full.</summary>
    public void Send(ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Increment(ref _queuedMessages) > options.MaxQueuedMessages
            || Interlocked.Add(ref _queuedBytes, message.Length) > options.MaxQueuedBytes)
        {
            AbortSlowClient();
            return;
        }

        // Returns false if the connection is closing; the message is dropped.
        _queue.Writer.TryWrite(message);
    }

    /// <summary>Sends an error message to the client.</summary>
    public void Refuse(string reason)
    {
        LogRefused(reason);
        Send(SocketMessage.Error(reason));
    }

    /// <summary>Sends the queued messages and a close frame, and waits for the client's close frame until the timeout.</summary>
    public void Close(WebSocketCloseStatus status, string reason)
    {
        lock (_closeOnce)
        {
            if (_isClosing)
            {
                return;
            }

            _closeStatus = status;
            _closeReason = reason;
            _isClosing = true;
        }

        _queue.Writer.TryComplete();
        _cut.CancelAfter(options.CloseTimeout);
    }

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="socket">The accepted WebSocket.</param>
    /// <param name="onMessage">Handles a message; the memory is only valid until it returns.</param>
    /// <param name="serverCloses">Canceled when the server shuts down.</param>
    public async Task RunAsync(
        WebSocket socket,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage,
        CancellationToken serverCloses)
    {
        metrics.Opened();
        await using var goingAway = serverCloses.Register(
            () => Close(WebSocketCloseStatus.EndpointUnavailable, "The server is shutting down; reconnect"));
        var sending = SendQueuedAsync(socket);
        try
        {
            await ReceiveAsync(socket, onMessage);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client disconnected or was aborted; neither is an error.
            await _cut.CancelAsync();
        }
        finally
        {
            Close(WebSocketCloseStatus.NormalClosure, "");
            await sending;
            metrics.Closed();
        }
    }

    public void Dispose()
    {
        _cut.Dispose();
        place.Dispose();
    }

    private async Task SendQueuedAsync(WebSocket socket)
    {
        try
        {
            await foreach (var message in _queue.Reader.ReadAllAsync(_cut.Token))
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _cut.Token);
                Interlocked.Decrement(ref _queuedMessages);
                Interlocked.Add(ref _queuedBytes, -message.Length);
            }

            await socket.CloseOutputAsync(_closeStatus, _closeReason, _cut.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            await _cut.CancelAsync();
        }
    }

    private async Task ReceiveAsync(WebSocket socket, Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage)
    {
        var message = new ArrayBufferWriter<byte>(SmallBuffer);
        while (true)
        {
            var part = await socket.ReceiveAsync(message.GetMemory(SmallBuffer), _cut.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (_isClosing)
            {
                // Messages received after the server's close frame was sent are ignored.
                message.ResetWrittenCount();
                continue;
            }

            message.Advance(part.Count);
            if (message.WrittenCount > options.MaxMessageBytes)
            {
                Refuse($"A message must be at most {options.MaxMessageBytes} bytes long");
                Close(WebSocketCloseStatus.MessageTooBig, "The message is too long");
                continue;
            }

            if (!part.EndOfMessage)
            {
                continue;
            }

            if (part.MessageType == WebSocketMessageType.Text)
            {
                await HandleAsync(onMessage, message.WrittenMemory);
            }
            else
            {
                Refuse("Messages must be text, not binary");
            }

            // A large message's buffer is not kept for the lifetime of the connection.
            message = message.Capacity > 8 * SmallBuffer ? new(SmallBuffer) : message;
            message.ResetWrittenCount();
        }
    }

    private async Task HandleAsync(Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage, ReadOnlyMemory<byte> message)
    {
        try
        {
            await onMessage(message, _cut.Token);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogMessageFailed(failure);
            Send(SocketMessage.Error("The service failed to handle this message"));
        }
    }

    private void AbortSlowClient()
    {
        lock (_closeOnce)
        {
            if (_isClosing)
            {
                return;
            }

            _isClosing = true;
        }

        _queue.Writer.TryComplete();
        metrics.AbortSlowClient();
        LogSlowReader(Id, options.MaxQueuedMessages, options.MaxQueuedBytes);

        // CancelAsync sets the token before it returns, so nothing more is sent, and runs the callbacks on the thread pool:
        // the sender of a broadcast must not run this connection's continuations.
        _ = _cut.CancelAsync();
    }

    [LoggerMessage(1, LogLevel.Warning,
        "WebSocket {Connection} aborted: more than {Messages} messages or {Bytes} bytes are queued.")]
    private partial void LogSlowReader(string connection, int messages, int bytes);

    [LoggerMessage(2, LogLevel.Error, "A WebSocket message could not be handled.")]
    private partial void LogMessageFailed(Exception exception);

    [LoggerMessage(3, LogLevel.Information, "WebSocket message refused: {Reason}.")]
    private partial void LogRefused(string reason);
}
