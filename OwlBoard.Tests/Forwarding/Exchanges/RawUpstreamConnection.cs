using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>A connection from the proxy, controlled by a test's script. Every wait has a deadline.</summary>
internal sealed class RawUpstreamConnection(RawUpstream upstream, Socket socket, Stream stream, int number) : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _start;
    private int _end;

    public int Number => number;

    /// <summary>A task that completes when the proxy has closed or reset the connection.</summary>
    public Task Closed => _closed.Task;

    public Stream Stream => stream;

    /// <summary>Reads and records a request with its body.</summary>
    /// <returns>The request; <see langword="null"/> if the proxy closed the connection instead.</returns>
    public async Task<RawRequest?> ReadRequestAsync()
    {
        if (await ReadHeadAsync() is not { } head)
        {
            return null;
        }

        var request = new RawRequest(number, head, "");
        if (request.Field("Transfer-Encoding") == "chunked")
        {
            request = request with { Body = await ReadChunksAsync() };
        }
        else if (request.Field("Content-Length") is { } length)
        {
            request = request with { Body = await ReadAsync(int.Parse(length, CultureInfo.InvariantCulture)) };
        }

        upstream.Requests.Enqueue(request);
        return request;
    }

    /// <summary>Reads up to and including an empty line.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (true)
        {
            if (await ReadByteAsync() is not { } next)
            {
                return head.Length == 0 ? null : throw new IOException($"The proxy closed the connection after {head}");
            }

            head.Append(next);
            if (next == '\n' && head.Length >= 4 && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r')
            {
                return head.ToString(0, head.Length - 2);
            }
        }
    }

    public async Task<string> ReadAsync(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(await ReadByteAsync() ?? throw new IOException($"The proxy closed the connection after {text.Length} of {length} bytes."));
        }

        return text.ToString();
    }

    public async Task SendAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), _deadline.Token);

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection.</summary>
    public void Reset() => socket.Close(0);

    /// <summary>Reads and discards all bytes until the proxy closes the connection.</summary>
    /// <returns>The number of bytes.</returns>
    public async Task<long> ReadToEndAsync()
    {
        long count = _end - _start;
        _start = _end = 0;
        try
        {
            while (await stream.ReadAsync(_buffer, _deadline.Token) is > 0 and var read)
            {
                count += read;
            }
        }
        finally
        {
            _closed.TrySetResult();
        }

        return count;
    }

    public void Dispose()
    {
        _closed.TrySetResult();
        stream.Dispose();
        socket.Dispose();
    }

    private async Task<string> ReadChunksAsync()
    {
        var body = new StringBuilder();
        while (true)
        {
            var size = "";
            while (!size.EndsWith("\r\n", StringComparison.Ordinal))
            {
                size += await ReadAsync(1);
            }

            // Parse strictly: an extension or a space would be the proxy's mistake.
            var length = int.Parse(size[..^2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            body.Append(await ReadAsync(length));
            Assert.Equal("\r\n", await ReadAsync(2));
            if (length == 0)
            {
                return body.ToString();
            }
        }
    }

    private async ValueTask<char?> ReadByteAsync()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await stream.ReadAsync(_buffer, _deadline.Token);
            if (_end == 0)
            {
                _closed.TrySetResult();
                return null;
            }
        }

        return (char)_buffer[_start++];
    }
}
