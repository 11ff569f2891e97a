using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Passes a response's body on as it comes. What came with the head is copied; the rest is received into Kestrel's own
/// memory. Kestrel stops taking it while the client does, and nothing more is received meanwhile.
/// </summary>
internal static class ResponseBody
{
    /// <summary>So much is received at once.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>A chunk with less to come is read together with what follows it.</summary>
    private const int SmallestDirectRead = 4 * 1024;

    public static ValueTask<CopyResult> CopyAsync(HttpContext context, UpstreamConnection connection, BodyFraming framing)
    {
        var starting = context.Response.StartAsync();
        if (framing == BodyFraming.Length && connection.Received.Length == connection.Head.ContentLength && starting.IsCompletedSuccessfully)
        {
            // All of it is here. Kestrel sends it together with the head when the request is done, which it is.
            context.Response.BodyWriter.Write(connection.Received);
            connection.Consume(connection.Received.Length);
            return default;
        }

        return CopySlowlyAsync(context, connection, framing, starting);
    }

    private static async ValueTask<CopyResult> CopySlowlyAsync(
        HttpContext context, UpstreamConnection connection, BodyFraming framing, Task starting)
    {
        var client = new ClientSide(context.Response.BodyWriter, connection);
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
            var count = await ReceiveAsync(client, connection, remaining);
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
                decoder.Advance(Received(await ReceiveAsync(client, connection, decoder.RemainingInChunk)));
            }
            else
            {
                await FillAsync(connection);
            }
        }

        await ReadTrailersAsync(context, connection);
    }

    private static async ValueTask ReadTrailersAsync(HttpContext context, UpstreamConnection connection)
    {
        var trailers = connection.Trailers;
        while (true)
        {
            trailers.Clear();
            var position = 0;
            if (ResponseHeadParser.TryParseFields(connection.Received, ref position, trailers))
            {
                CopyTrailers(context.Response, connection.Received, trailers);
                connection.Consume(position);
                return;
            }

            connection.Grow(SocketForwarder.MaxHeadBytes);
            await FillAsync(connection);
        }
    }

    /// <summary>Over HTTP/1.1 Kestrel has no trailers: they end here (RFC 9110 section 6.5 allows that).</summary>
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

    private static async ValueTask<int> ReceiveAsync(ClientSide client, UpstreamConnection connection, long most)
    {
        var memory = client.GetMemory((int)Math.Min(most, BlockBytes));
        var count = await connection.ReceiveAsync(memory.Length > most ? memory[..(int)most] : memory);
        client.Advance(count);
        connection.Watch.Touch();
        return count;
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
    private sealed class ClientSide(PipeWriter writer, UpstreamConnection connection)
    {
        public bool Failed { get; private set; }

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

        public void Write(ReadOnlySpan<byte> data) => writer.Write(data);

        public Memory<byte> GetMemory(int size) => writer.GetMemory(size);

        public void Advance(int count) => writer.Advance(count);

        public async ValueTask FlushAsync()
        {
            var flushing = writer.FlushAsync();
            if (!flushing.IsCompletedSuccessfully)
            {
                // A client that takes its time is watched by Kestrel; the upstream is not silent meanwhile, but not asked.
                connection.Watch.Pause();
            }

            try
            {
                var result = await flushing;
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
            }

            if (Failed)
            {
                throw new IOException("The client takes no more of the response.");
            }
        }
    }
}
