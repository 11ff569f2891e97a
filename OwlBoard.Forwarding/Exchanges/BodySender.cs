using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Connections;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Sends a request's head and body while the response is already being waited for: an upstream may answer before it has
/// seen all of it.
/// </summary>
internal sealed class BodySender : IDisposable
{
    /// <summary>How much of a body is sent at once, and the whole of one that is no larger together with the head.</summary>
    private const int BodyBytes = 64 * 1024;

    /// <summary>Four digits and the line's end; leading zeros are allowed (RFC 9112 section 7.1).</summary>
    private const int ChunkSizeBytes = 6;

    private const int ChunkEndBytes = 2;
    private const int LargestChunk = 0xFFFF;

    /// <summary>As long as others wait for a <c>100 Continue</c> before they send all the same.</summary>
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

    /// <summary>Ends when everything is sent, or with what kept it from that.</summary>
    public Task Sending { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it was the client's side that failed.</summary>
    public bool ClientFailed { get; private set; }

    /// <summary>Begins to send.</summary>
    /// <param name="connection">The upstream's.</param>
    /// <param name="head">The request's head.</param>
    /// <param name="source">Its body.</param>
    /// <param name="body">What is known of the body.</param>
    public static BodySender Start(UpstreamConnection connection, ReadOnlySpan<byte> head, Stream source, in RequestBody body)
    {
        var sender = new BodySender(connection, source, body);
        // Head and body are sent together where the body is there already.
        head.CopyTo(sender.RentBuffer(head.Length, body.Length ?? BodyBytes));
        sender._end = head.Length;
        sender.Sending = sender.SendAsync();
        return sender;
    }

    /// <summary>The upstream wants the body.</summary>
    public void Continue() => _continue?.TrySetResult();

    /// <summary>The rest is not wanted any more; the connection is cut unless everything is sent.</summary>
    public async ValueTask StopAsync()
    {
        if (!Sending.IsCompleted)
        {
            _cancellation.Cancel();
            _continue?.TrySetCanceled();
            // An upstream that reads no more and closes nothing would keep the send, and with it the answer, waiting.
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
            // Trailers end here: nobody waits for any (RFC 9110 section 6.5).
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
    /// Reads from the client, behind what is in the buffer. While the client has to be waited for, what is there is sent, and no
    /// buffer is held: any number of clients may be silent.
    /// </summary>
    /// <param name="most">The most bytes to read.</param>
    /// <param name="before">The bytes to leave free before what is read.</param>
    /// <param name="after">The bytes to leave free after it.</param>
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

    /// <summary>The upstream would wait for the rest, and its answer be waited for: the exchange ends.</summary>
    private Exception FailedByClient(Exception failure)
    {
        ClientFailed = true;
        _connection.End(ConnectionEnd.Cancelled);
        return failure;
    }
}
