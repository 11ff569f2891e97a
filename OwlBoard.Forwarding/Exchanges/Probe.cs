using System.Buffers;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// A question whether an upstream is there, over a connection that is opened for it and closed once the answer's head has
/// come. By the same code as clients' requests, which is warm: HttpClient's would be cold each time, and took the compiler
/// 0.4 s of a process's first half minute.
/// </summary>
internal static class Probe
{
    /// <summary>What a request usually takes.</summary>
    private const int UsualHeadBytes = 4 * 1024;

    /// <summary>Sends a request without a body.</summary>
    /// <param name="pool">The upstream's.</param>
    /// <param name="request">The method, what comes after the authority in the address, and the fields.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer's status, without its fields and body.</returns>
    /// <exception cref="HttpRequestException">No connection could be opened, or there was no answer on it that is one.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled meanwhile.</exception>
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
                $"No answer from {pool.Authority}: {failure.Message}",
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
                    throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was closed before the answer was there.");
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
                        throw new MalformedResponseException("The upstream sent interim answers that it was not asked for, or too many.");
                    }

                    buffer.AsSpan(head.Length, length - head.Length).CopyTo(buffer);
                    length -= head.Length;
                }

                if (length >= SocketForwarder.MaxHeadBytes)
                {
                    throw new MalformedResponseException($"The response's head has more than {SocketForwarder.MaxHeadBytes} bytes.");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
