using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Passes a response's body on as it comes. What came with the head is copied; the rest is received into Kestrel's own
/// memory, which is obtained when there is something to receive. While the client does not read, nothing more is received.
/// </summary>
internal static class ResponseBody
{
    /// <summary>A chunk with less to come is read together with what follows it.</summary>
    private const int SmallestDirectRead = 4 * 1024;

    public static ValueTask<CopyResult> CopyAsync(HttpContext context, UpstreamConnection connection, BodyFraming framing, ClientLimits limits)
    {
        var writesChunks = framing == BodyFraming.Chunked && MayHaveTrailers(context);
        if (writesChunks)
        {
            context.Response.Headers.TransferEncoding = "chunked";
        }

        var starting = context.Response.StartAsync();
        if (framing == BodyFraming.Length && connection.Received.Length >= connection.Head.ContentLength && starting.IsCompletedSuccessfully)
        {
            // All of it is here. Kestrel sends it together with the head when the request is done, which it is.
            var length = (int)connection.Head.ContentLength;
            context.Response.BodyWriter.Write(connection.Received[..length]);
            connection.Consume(length);
            return default;
        }

        return CopySlowlyAsync(context, connection, framing, limits, writesChunks, starting);
    }

    /// <summary>
    /// Returns whether the client receives the trailers over HTTP/1.1. Kestrel does not send trailers there. The chunks of such
    /// a response are written here, because Kestrel writes none when the response states its transfer coding.
    /// </summary>
    private static bool MayHaveTrailers(HttpContext context) =>
        context.Request.Headers.TE is { Count: > 0 } te && HttpProtocol.IsHttp11(context.Request.Protocol) && Trailers.AreAccepted(te);

    private static async ValueTask<CopyResult> CopySlowlyAsync(
        HttpContext context, UpstreamConnection connection, BodyFraming framing, ClientLimits limits, bool writesChunks, Task starting)
    {
        var client = new ClientSide(
            context.Response.BodyWriter,
            connection,
            limits.Backlog,
            writesChunks,
            // A client that accepts nothing of one stream may still accept other streams of the connection. Over HTTP/1.1 the
            // transport watches what the client accepts.
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
            // The client need not wait for what is not here yet.
            await client.FlushAsync();
            var count = await client.ReceiveAsync(remaining);
            if (count == 0 && untilClose)
            {
                return;
            }

            remaining -= Received(count);
        }

        // Once the head is on its way, Kestrel leaves the end of a body with a length lying.
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

    /// <summary>Over HTTP/1.1 they end here unless the client accepts them (RFC 9110 section 6.5.1).</summary>
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

    /// <summary>The client's side, which knows whether it was that one which failed.</summary>
    /// <param name="writer">Where the body goes.</param>
    /// <param name="connection">Where it comes from.</param>
    /// <param name="backlog">Counts what waits for the client.</param>
    /// <param name="writesChunks">Whether chunk sizes are written here.</param>
    /// <param name="timeout">How long a flush may wait.</param>
    private sealed class ClientSide(PipeWriter writer, UpstreamConnection connection, SendBacklog backlog, bool writesChunks, TimeSpan timeout)
        : IReceiveBuffer
    {
        /// <summary>Four digits and the line's end; leading zeros are allowed (RFC 9112 section 7.1).</summary>
        private const int ChunkSizeBytes = 6;

        private const int ChunkEndBytes = 2;
        private const int LargestChunk = 0xFFFF;

        private Memory<byte> _chunk;
        private long _remaining;
        private int _unflushed;

        public bool Failed { get; private set; }

        public bool WritesChunks => writesChunks;

        /// <summary>Gets whether body bytes have been written but not flushed.</summary>
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

        /// <summary>Receives body bytes.</summary>
        /// <param name="most">How many at most.</param>
        /// <returns>How many; 0 at the end.</returns>
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

        /// <summary>Room for body bytes; of a chunk's that is written here, inside of its frame.</summary>
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

        /// <summary>Body bytes were written to the room that <see cref="GetMemory"/> gave.</summary>
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

        /// <summary>Flushes the bytes that preceded the failure of the upstream, and ignores a failure of the flush itself.</summary>
        public async ValueTask TryFlushAsync()
        {
            try
            {
                await FlushAsync();
            }
            catch (Exception gone) when (gone is IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                // The client gets even less.
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
                // The upstream is not silent meanwhile, but not read from.
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
                throw new IOException("The client accepts no more of the response.");
            }
        }
    }
}
