using System.Buffers;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Sends a health probe over a new connection, which is closed once the response head is received. Probes share the code of
/// client requests, which is already compiled: compiling HttpClient's took 0.4 s in the first half minute of a process.
/// </summary>
internal static class Probe
{
    /// <summary>The initial buffer size; most requests fit.</summary>
    private const int UsualHeadBytes = 4 * 1024;

    /// <summary>Sends a request without a body.</summary>
    /// <param name="pool">The upstream's connection pool.</param>
    /// <param name="request">The method, path and query, and header fields to send.</param>
    /// <param name="cancellationToken">Cancels the probe.</param>
    /// <returns>The status of the response, without its header fields and body.</returns>
    /// <exception cref="HttpRequestException">No connection could be opened, or no valid response was received.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<HttpResponseMessage> SendAsync(ConnectionPool pool, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await pool.OpenOutsideAsync(cancellationToken);
            await connection.WriteAsync(Head(pool, request), cancellationToken);
            return new HttpResponseMessage(await ReadStatusAsync(connection, cancellationToken)) { RequestMessage = request };
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new HttpRequestException(
                failure is MalformedResponseException ? HttpRequestError.InvalidResponse : HttpRequestError.ResponseEnded,
                $"The probe of {pool.Authority} failed: {failure.Message}",
                failure);
        }
    }

    private static byte[] Head(ConnectionPool pool, HttpRequestMessage request)
    {
        var writer = new HeadWriter(new byte[UsualHeadBytes]);
        writer.Write(request.Method.Method.AsSpan());
        writer.Write(" "u8);
        writer.Write(request.RequestUri!.PathAndQuery.AsSpan());
        writer.Write(" HTTP/1.1\r\n"u8);
        writer.WriteField("Host", request.Headers.Host ?? pool.Authority);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!HopFields.OfRequests.Contains(name))
            {
                writer.WriteField(name, values.ToString());
            }
        }

        writer.Write("Connection: close\r\n\r\n"u8);
        var head = writer.Buffer.AsSpan(0, writer.Length).ToArray();
        writer.Return();
        return head;
    }

    private static async ValueTask<HttpStatusCode> ReadStatusAsync(Stream connection, CancellationToken cancellationToken)
    {
        var head = new ResponseHead();
        var buffer = ArrayPool<byte>.Shared.Rent(SocketForwarder.MaxHeadBytes);
        try
        {
            var length = 0;
            for (var interim = 0; ;)
            {
                var count = await connection.ReadAsync(buffer.AsMemory(length..SocketForwarder.MaxHeadBytes), cancellationToken);
                if (count == 0)
                {
                    throw new HttpIOException(HttpRequestError.ResponseEnded, "The upstream closed the connection before it sent a complete response head.");
                }

                length += count;
                while (ResponseHeadParser.TryParse(buffer.AsSpan(0, length), head))
                {
                    if (head.StatusCode >= (int)HttpStatusCode.OK)
                    {
                        return (HttpStatusCode)head.StatusCode;
                    }

                    if (head.StatusCode == (int)HttpStatusCode.SwitchingProtocols || ++interim > SocketForwarder.MaxInterimAnswers)
                    {
                        throw new MalformedResponseException($"The upstream switched protocols or sent more than {SocketForwarder.MaxInterimAnswers} interim responses.");
                    }

                    buffer.AsSpan(head.Length, length - head.Length).CopyTo(buffer);
                    length -= head.Length;
                }

                if (length >= SocketForwarder.MaxHeadBytes)
                {
                    throw new MalformedResponseException($"The response head is larger than {SocketForwarder.MaxHeadBytes} bytes.");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
