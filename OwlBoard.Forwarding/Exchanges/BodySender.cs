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

    /// <summary>Room for a chunk beside a head that fills the rest.</summary>
    private const int LeastChunkBytes = 4 * 1024;

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
    private int _sent;
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
            await WaitForClientAsync(remaining);
            var read = await ReadAsync(_end, (int)Math.Min(remaining, _buffer!.Length - _end));
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
            await WaitForClientAsync(BodyBytes);
            var data = _end + ChunkSizeBytes;
            read = await ReadAsync(data, Math.Min(LargestChunk, _buffer!.Length - data - ChunkEndBytes));
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
    /// Waits until the client has sent something, or has ended the body. Meanwhile what is there is sent, and no buffer is
    /// held: any number of clients may be silent.
    /// </summary>
    /// <param name="remaining">The most bytes that the client will send.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForClientAsync(long remaining)
    {
        var waiting = _source.ReadAsync(Memory<byte>.Empty, _cancellation.Token);
        if (!waiting.IsCompleted)
        {
            try
            {
                if (_sent < _end)
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
        }
        catch (Exception failure) when (!_cancellation.IsCancellationRequested)
        {
            throw FailedByClient(failure);
        }

        if (_buffer is null)
        {
            RentBuffer(0, remaining);
        }
    }

    private byte[] RentBuffer(int headLength, long bodyLength) => _buffer = ArrayPool<byte>.Shared.Rent(
        Math.Max(headLength + (int)Math.Min(bodyLength, BodyBytes), headLength + LeastChunkBytes));

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(int at, int length)
    {
        try
        {
            return await _source.ReadAsync(_buffer.AsMemory(at, length), _cancellation.Token);
        }
        catch (Exception failure) when (!_cancellation.IsCancellationRequested)
        {
            throw FailedByClient(failure);
        }
    }

    private async ValueTask FlushAsync()
    {
        await SendFilledAsync();
        _sent = _end = 0;
    }

    private async ValueTask SendFilledAsync()
    {
        await _connection.SendAsync(_buffer.AsMemory(_sent, _end - _sent));
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
