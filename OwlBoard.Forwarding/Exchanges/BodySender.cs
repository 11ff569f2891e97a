using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Connections;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Sends a request's head and body while the response is already awaited: an upstream may respond before the whole body has
/// been sent.
/// </summary>
internal sealed class BodySender : IDisposable
{
    /// <summary>The maximum number of body bytes per send. A body that is no larger is sent together with the head.</summary>
    private const int BodyBytes = 64 * 1024;

    /// <summary>
    /// The length of a chunk-size line: four hexadecimal digits and CRLF. Leading zeros are allowed (RFC 9112 section 7.1).
    /// </summary>
    private const int ChunkSizeBytes = 6;

    private const int ChunkEndBytes = 2;
    private const int LargestChunk = 0xFFFF;

    /// <summary>The time to wait for <c>100 Continue</c> before the body is sent anyway; other clients wait as long.</summary>
    private static readonly TimeSpan ContinueTimeout = TimeSpan.FromSeconds(1);

    private readonly UpstreamConnection _connection;
    private readonly Stream _source;
    private readonly RequestBody _body;
    private readonly TaskCompletionSource? _continue;
    private readonly CancellationTokenSource _cancellation = new();
    private byte[]? _buffer;
    private int _end;

    private BodySender(UpstreamConnection connection, Stream source, in RequestBody body)
    {
        _connection = connection;
        _source = source;
        _body = body;
        _continue = body.WaitsForContinue ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>Completes when everything has been sent, or with the failure.</summary>
    public Task Sending { get; private set; } = Task.CompletedTask;

    /// <summary>Indicates whether reading from the client failed.</summary>
    public bool ClientFailed { get; private set; }

    /// <summary>Starts sending a request.</summary>
    /// <param name="connection">The upstream connection.</param>
    /// <param name="head">The request head.</param>
    /// <param name="source">The request body.</param>
    /// <param name="body">The framing of the body.</param>
    public static BodySender Start(UpstreamConnection connection, ReadOnlySpan<byte> head, Stream source, in RequestBody body)
    {
        var sender = new BodySender(connection, source, body);
        // Head and body share a buffer, so that a body that is already available is sent together with the head.
        head.CopyTo(sender.RentBuffer(head.Length, body.Length ?? BodyBytes));
        sender._end = head.Length;
        sender.Sending = sender.SendAsync();
        return sender;
    }

    /// <summary>Handles a <c>100 Continue</c> from the upstream.</summary>
    public void Continue() => _continue?.TrySetResult();

    /// <summary>Stops sending. The connection is closed unless everything has been sent.</summary>
    public async ValueTask StopAsync()
    {
        if (!Sending.IsCompleted)
        {
            _cancellation.Cancel();
            _continue?.TrySetCanceled();
            // Otherwise, an upstream that stops reading without closing would block the send, and with it the response.
            _connection.End(ConnectionEnd.Cancelled);
        }

        await Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _cancellation.Dispose();

    private async Task SendAsync()
    {
        try
        {
            if (_continue is not null)
            {
                await FlushAsync();
                await _continue.Task.WaitAsync(ContinueTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _cancellation.Token.ThrowIfCancellationRequested();
            }

            await (_body.IsChunked ? SendChunksAsync() : SendLengthAsync(_body.Length!.Value));
        }
        finally
        {
            ReturnBuffer();
        }
    }

    private async Task SendLengthAsync(long remaining)
    {
        while (remaining > 0)
        {
            var read = await ReadAsync(remaining);
            if (read == 0)
            {
                throw FailedByClient(new IOException("The request's body is shorter than its Content-Length."));
            }

            _end += read;
            remaining -= read;
            if (remaining == 0 || _end == _buffer!.Length)
            {
                await FlushAsync();
            }
        }
    }

    private async Task SendChunksAsync()
    {
        int read;
        do
        {
            read = await ReadAsync(LargestChunk, ChunkSizeBytes, ChunkEndBytes);
            WriteChunkFrame(read);
            await FlushAsync();
        }
        while (read > 0);
    }

    private void WriteChunkFrame(int length)
    {
        if (length == 0)
        {
            // Trailers are dropped: discarding them is allowed (RFC 9110 section 6.5).
            "0\r\n\r\n"u8.CopyTo(_buffer.AsSpan(_end));
            _end += 5;
            return;
        }

        length.TryFormat(_buffer.AsSpan(_end), out _, "X4", CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(_buffer.AsSpan(_end + ChunkSizeBytes - ChunkEndBytes));
        _end += ChunkSizeBytes + length;
        "\r\n"u8.CopyTo(_buffer.AsSpan(_end));
        _end += ChunkEndBytes;
    }

    /// <summary>
    /// Reads from the client into the buffer, after its contents. If the client has to be waited for, the contents are sent
    /// and the buffer is returned, so that slow clients hold no memory.
    /// </summary>
    /// <param name="most">The maximum number of bytes to read.</param>
    /// <param name="before">The number of bytes to leave free before the data.</param>
    /// <param name="after">The number of bytes to leave free after the data.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(long most, int before = 0, int after = 0)
    {
        var waiting = _source.ReadAsync(Memory<byte>.Empty, _cancellation.Token);
        if (!waiting.IsCompleted)
        {
            try
            {
                if (_end > 0)
                {
                    await FlushAsync();
                }
            }
            catch
            {
                await _cancellation.CancelAsync();
                await ((Task)waiting.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }

            ReturnBuffer();
        }

        try
        {
            await waiting;
            var buffer = _buffer ?? RentBuffer(0, most + before + after);
            var at = _end + before;
            return await _source.ReadAsync(buffer.AsMemory(at, (int)Math.Min(most, buffer.Length - at - after)), _cancellation.Token);
        }
        catch (Exception failure) when (!_cancellation.IsCancellationRequested)
        {
            throw FailedByClient(failure);
        }
    }

    private byte[] RentBuffer(int headLength, long bodyLength) =>
        _buffer = ArrayPool<byte>.Shared.Rent(headLength + (int)Math.Min(bodyLength, BodyBytes));

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask FlushAsync()
    {
        await _connection.SendAsync(_buffer.AsMemory(0, _end));
        _end = 0;
        _connection.Watch.Touch();
    }

    /// <summary>
    /// Closes the connection after a failure of the client: otherwise the upstream would wait for the rest of the body, and
    /// the exchange for its response.
    /// </summary>
    private Exception FailedByClient(Exception failure)
    {
        ClientFailed = true;
        _connection.End(ConnectionEnd.Cancelled);
        return failure;
    }
}
