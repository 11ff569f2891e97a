using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A client that sends arbitrary bytes, well-formed or not. Every wait has a deadline.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private Stream _stream = Stream.Null;

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(IPAddress.Loopback, address.Port, TestContext.Current.CancellationToken);
        client._stream = new BufferedStream(client._client.GetStream());
        return client;
    }

    /// <summary>Sends a request on a new connection and reads the response.</summary>
    public static async Task<RawResponse> AskAsync(Uri address, string request)
    {
        using var client = await ConnectAsync(address);
        await client.SendAsync(request);
        return await client.ReadResponseAsync();
    }

    public async Task SendAsync(string text)
    {
        await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
    }

    /// <summary>Reads a response, which may be an interim one; its body only if <paramref name="withBody"/> is set.</summary>
    public async Task<RawResponse> ReadResponseAsync(bool withBody = true)
    {
        var status = int.Parse((await ReadLineAsync()).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new List<KeyValuePair<string, string>>();
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var head = new RawResponse(status, headers, "");
        if (!withBody || status is 100 or 101 or 204 or 304)
        {
            return head;
        }

        if (head.Header("Transfer-Encoding") == "chunked")
        {
            var body = new StringBuilder();
            while (int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
            {
                body.Append(await ReadAsync(size));
                await ReadLineAsync();
            }

            await ReadLineAsync();
            return head with { Body = body.ToString() };
        }

        return head with { Body = await ReadAsync(int.Parse(head.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)) };
    }

    /// <summary>Reads until the connection is closed or reset.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        try
        {
            while (await ReadByteAsync() is >= 0 and var next)
            {
                text.Append((char)next);
            }
        }
        catch (IOException)
        {
            // A reset also ends the connection.
        }

        return text.ToString();
    }

    /// <summary>Reads until the connection is closed or reset, and reports which of the two.</summary>
    public async Task<(string Text, bool IsReset)> ReadToEndOrResetAsync()
    {
        var text = new StringBuilder();
        try
        {
            while (await ReadByteAsync() is >= 0 and var next)
            {
                text.Append((char)next);
            }

            return (text.ToString(), false);
        }
        catch (IOException)
        {
            return (text.ToString(), true);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            switch (await ReadByteAsync())
            {
                case -1:
                    throw new IOException($"The connection was closed after '{line}'.");
                case '\n':
                    return line.ToString().TrimEnd('\r');
                case var next:
                    line.Append((char)next);
                    break;
            }
        }
    }

    public async Task<string> ReadAsync(int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            text.Append(await ReadByteAsync() is >= 0 and var next ? (char)next : throw new IOException($"The connection was closed after {text.Length} of {length} bytes."));
        }

        return text.ToString();
    }

    private async Task<int> ReadByteAsync()
    {
        var one = new byte[1];
        return await _stream.ReadAsync(one, TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken) == 0
            ? -1
            : one[0];
    }
}
