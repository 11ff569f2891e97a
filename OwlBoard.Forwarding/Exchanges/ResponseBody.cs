using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Streams a response body to the client. Bytes received with the head are copied; the rest is received directly into
/// Kestrel's memory, which is obtained only when data is available. While the client does not read, nothing more is received.
/// </summary>
internal static class ResponseBody
{
    /// <summary>A chunk with fewer remaining bytes is received through the connection's buffer, with the data after it.</summary>
    private const int SmallestDirectRead = 4 * 1024;

    public static ValueTask<CopyResult> CopyAsync(HttpContext context, UpstreamConnection connection, BodyFraming framing, ClientLimits limits)
    {
        var writesChunks = framing == BodyFraming.Chunked && ForwardsTrailers(context);
        if (writesChunks)
        {
            context.Response.Headers.TransferEncoding = "chunked";
        }

        var starting = context.Response.StartAsync();
        if (framing == BodyFraming.Length && connection.Received.Length >= connection.Head.ContentLength && starting.IsCompletedSuccessfully)
        {
            // The body is complete. Kestrel sends it together with the head when the request completes, which is immediately.
            var length = (int)connection.Head.ContentLength;
            context.Response.BodyWriter.Write(connection.Received[..length]);
            connection.Consume(length);
            return default;
        }

        return CopyCoreAsync(context, connection, framing, limits, writesChunks, starting);
    }

    /// <summary>
    /// Returns a value that indicates whether trailers are forwarded over HTTP/1.1. Kestrel does not send trailers there, and
    /// writes no chunk framing when the response sets its own transfer coding, so the chunks are written here.
    /// </summary>
    private static bool ForwardsTrailers(HttpContext context) =>
        context.Request.Headers.TE is { Count: > 0 } te && HttpProtocol.IsHttp11(context.Request.Protocol) && Trailers.AreAccepted(te);

    private static async ValueTask<CopyResult> CopyCoreAsync(
        HttpContext context, UpstreamConnection connection, BodyFraming framing, ClientLimits limits, bool writesChunks, Task starting)
    {
        var client = new ClientSide(
            context.Response.BodyWriter,
            connection,
            limits.Backlog,
            writesChunks,
            // A client that does not read one HTTP/2 stream may still read other streams of the connection. Over HTTP/1.1 the
            // transport enforces the timeout.
            HttpProtocol.IsHttp2(context.Request.Protocol) ? limits.SendTimeout : Timeout.InfiniteTimeSpan);
        try
        {
            await client.StartAsync(starting);
            switch (framing)
            {
                case BodyFraming.Length:
                    await CopyLengthAsync(client, connection, connection.Head.ContentLength, untilClose: false);
                    break;
                case BodyFraming.UntilClose:
                    await CopyLengthAsync(client, connection, long.MaxValue, untilClose: true);
                    break;
                case BodyFraming.Chunked:
                    await CopyChunksAsync(context, client, connection);
                    break;
            }

            return default;
        }
        catch (Exception failure)
        {
            if (client is { Failed: false, HasUnflushed: true })
            {
                await client.TryFlushAsync();
            }

            return new CopyResult(
                connection.Ended != ConnectionEnd.None ? ForwarderError.ResponseBodyCanceled
                : client.Failed ? ForwarderError.ResponseBodyClient
                : ForwarderError.ResponseBodyDestination,
                failure);
        }
    }

    private static async ValueTask CopyLengthAsync(ClientSide client, UpstreamConnection connection, long remaining, bool untilClose)
    {
        var first = (int)Math.Min(remaining, connection.Received.Length);
        client.Write(connection.Received[..first]);
        connection.Consume(first);
        remaining -= first;
        while (remaining > 0)
        {
            // Flush first, so that the client receives the written data before the upstream sends more.
            await client.FlushAsync();
            var count = await client.ReceiveAsync(remaining);
            if (count == 0 && untilClose)
            {
                return;
            }

            remaining -= Received(count);
        }

        // Once the head has been sent, Kestrel does not flush the end of a body with a known length by itself.
        await client.FlushAsync();
    }

    private static async ValueTask CopyChunksAsync(HttpContext context, ClientSide client, UpstreamConnection connection)
    {
        var decoder = default(ChunkedDecoder);
        while (true)
        {
            while (!connection.Received.IsEmpty && !decoder.IsAtTrailers)
            {
                var read = decoder.Read(connection.Received, out var data);
                client.Write(data);
                connection.Consume(read);
            }

            if (decoder.IsAtTrailers)
            {
                break;
            }

            await client.FlushAsync();
            if (decoder.RemainingInChunk >= SmallestDirectRead)
            {
                decoder.Advance(Received(await client.ReceiveAsync(decoder.RemainingInChunk)));
            }
            else
            {
                await FillAsync(connection);
            }
        }

        await ReadTrailersAsync(context, client, connection);
        if (client.WritesChunks)
        {
            await client.FlushAsync();
        }
    }

    private static async ValueTask ReadTrailersAsync(HttpContext context, ClientSide client, UpstreamConnection connection)
    {
        var trailers = connection.Trailers;
        while (true)
        {
            trailers.Clear();
            var position = 0;
            if (ResponseHeadParser.TryParseFields(connection.Received, ref position, trailers))
            {
                if (client.WritesChunks)
                {
                    client.End(connection.Received, trailers);
                }
                else
                {
                    CopyTrailers(context.Response, connection.Received, trailers);
                }

                connection.Consume(position);
                return;
            }

            connection.Grow(SocketForwarder.MaxHeadBytes);
            await FillAsync(connection);
        }
    }

    /// <summary>Copies the trailers. Over HTTP/1.1 they are dropped unless the client accepts them (RFC 9110 section 6.5.1).</summary>
    private static void CopyTrailers(HttpResponse response, ReadOnlySpan<byte> bytes, ResponseHead trailers)
    {
        if (!response.SupportsTrailers())
        {
            return;
        }

        foreach (var field in trailers.Fields)
        {
            var name = HeaderStrings.Name(field.Name(bytes));
            if (!HopFields.NeverTrailers.Contains(name))
            {
                response.AppendTrailer(name, HeaderStrings.Get(field.Value(bytes)));
            }
        }
    }

    private static async ValueTask FillAsync(UpstreamConnection connection)
    {
        connection.Add(Received(await connection.ReceiveAsync()));
        connection.Watch.Touch();
    }

    private static int Received(int count) => count > 0
        ? count
        : throw new HttpIOException(HttpRequestError.ResponseEnded, "The upstream closed the connection in the middle of its response.");

    /// <summary>The client's side of the copy, which records whether the client failed.</summary>
    /// <param name="writer">The writer of the response body.</param>
    /// <param name="connection">The upstream connection.</param>
    /// <param name="backlog">The counter of bytes that wait for clients.</param>
    /// <param name="writesChunks">Indicates whether chunk framing is written here.</param>
    /// <param name="timeout">The maximum duration of a flush.</param>
    private sealed class ClientSide(PipeWriter writer, UpstreamConnection connection, SendBacklog backlog, bool writesChunks, TimeSpan timeout)
        : IReceiveBuffer
    {
        /// <summary>Four hexadecimal digits and CRLF; leading zeros are allowed (RFC 9112 section 7.1).</summary>
        private const int ChunkSizeBytes = 6;

        private const int ChunkEndBytes = 2;
        private const int LargestChunk = 0xFFFF;

        private Memory<byte> _chunk;
        private long _remaining;
        private int _unflushed;

        public bool Failed { get; private set; }

        public bool WritesChunks => writesChunks;

        /// <summary>Indicates whether body bytes have been written but not flushed.</summary>
        public bool HasUnflushed => _unflushed > 0;

        public async ValueTask StartAsync(Task starting)
        {
            try
            {
                await starting;
            }
            catch
            {
                Failed = true;
                throw;
            }
        }

        public void Write(ReadOnlySpan<byte> data)
        {
            if (!writesChunks)
            {
                _unflushed += data.Length;
                writer.Write(data);
                return;
            }

            while (!data.IsEmpty)
            {
                var memory = GetMemory(data.Length);
                var length = Math.Min(data.Length, memory.Length);
                data[..length].CopyTo(memory.Span);
                Advance(length);
                data = data[length..];
            }
        }

        /// <summary>Receives body bytes into the response's memory.</summary>
        /// <param name="most">The maximum number of bytes.</param>
        /// <returns>The number of bytes received; 0 at the end.</returns>
        public async ValueTask<int> ReceiveAsync(long most)
        {
            _remaining = most;
            var count = await connection.ReceiveAsync(this);
            Advance(count);
            connection.Watch.Touch();
            return count;
        }

        Memory<byte> IReceiveBuffer.GetMemory()
        {
            var most = (int)Math.Min(_remaining, backlog.BlockBytes);
            var memory = GetMemory(most);
            return memory.Length > most ? memory[..most] : memory;
        }

        void IReceiveBuffer.Release()
        {
        }

        /// <summary>Returns memory for body bytes. For a chunk that is framed here, the memory lies inside the frame.</summary>
        public Memory<byte> GetMemory(int size)
        {
            if (!writesChunks)
            {
                return writer.GetMemory(size);
            }

            var data = Math.Min(size, LargestChunk);
            _chunk = writer.GetMemory(ChunkSizeBytes + data + ChunkEndBytes);
            return _chunk.Slice(ChunkSizeBytes, Math.Min(LargestChunk, _chunk.Length - ChunkSizeBytes - ChunkEndBytes));
        }

        /// <summary>Commits body bytes that were written to the memory from <see cref="GetMemory"/>.</summary>
        public void Advance(int count)
        {
            _unflushed += count;
            if (!writesChunks)
            {
                writer.Advance(count);
                return;
            }

            if (count > 0)
            {
                var frame = _chunk.Span;
                count.TryFormat(frame, out _, "X4", CultureInfo.InvariantCulture);
                "\r\n"u8.CopyTo(frame[(ChunkSizeBytes - ChunkEndBytes)..]);
                "\r\n"u8.CopyTo(frame[(ChunkSizeBytes + count)..]);
                writer.Advance(ChunkSizeBytes + count + ChunkEndBytes);
            }
        }

        /// <summary>Writes the last chunk and the trailers.</summary>
        public void End(ReadOnlySpan<byte> bytes, ResponseHead trailers)
        {
            writer.Write("0\r\n"u8);
            foreach (var field in trailers.Fields)
            {
                var name = field.Name(bytes);
                if (!HopFields.NeverTrailers.Contains(HeaderStrings.Name(name)))
                {
                    writer.Write(name);
                    writer.Write(": "u8);
                    writer.Write(field.Value(bytes));
                    writer.Write("\r\n"u8);
                }
            }

            writer.Write("\r\n"u8);
        }

        /// <summary>Flushes the bytes received before the upstream failed. A failure of the flush is ignored.</summary>
        public async ValueTask TryFlushAsync()
        {
            try
            {
                await FlushAsync();
            }
            catch (Exception gone) when (gone is IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                // The client is gone; the failure of the upstream is reported instead.
            }
        }

        public async ValueTask FlushAsync()
        {
            var unflushed = _unflushed;
            _unflushed = 0;
            var flushing = writer.FlushAsync();
            var waits = !flushing.IsCompleted;
            if (waits)
            {
                // The timeout pauses: the upstream is not read from while the client is waited for.
                connection.Watch.Pause();
                backlog.Add(unflushed);
            }

            try
            {
                var result = waits && timeout != Timeout.InfiniteTimeSpan
                    ? await flushing.AsTask().WaitAsync(timeout, connection.Pool.Time)
                    : await flushing;
                Failed = result.IsCompleted || result.IsCanceled;
            }
            catch
            {
                Failed = true;
                throw;
            }
            finally
            {
                connection.Watch.Touch();
                if (waits)
                {
                    backlog.Add(-unflushed);
                }
            }

            if (Failed)
            {
                throw new IOException("The client stopped accepting the response.");
            }
        }
    }
}
