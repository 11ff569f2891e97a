using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>
/// A client connection with one request at a time. HttpClient would retry a request without a response, and the soak must
/// detect such requests.
/// </summary>
internal sealed class SoakConnection : IDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _lastReply = Stopwatch.GetTimestamp();
    private string _lastRequest = "none";

    /// <summary>The number of responses so far.</summary>
    public int Replies { get; private set; }

    /// <summary>The time since the last response, or since the connection was opened.</summary>
    public TimeSpan Idle => Stopwatch.GetElapsedTime(_lastReply);

    /// <summary>The previous request, for the report.</summary>
    public string LastRequest => _lastRequest;

    /// <summary>Indicates whether the server closed the connection while it was idle.</summary>
    public bool IsClosed => _socket.Poll(0, SelectMode.SelectRead);

    public static async Task<SoakConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var connection = new SoakConnection();
        try
        {
            await connection._socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and receives the whole response.</summary>
    /// <exception cref="BrokenExchangeException">The connection was closed before the response was complete.</exception>
    public async Task<SoakReply> AskAsync(string method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ReplyTimeout);
        string? upstreams = null;
        try
        {
            await SendAsync(method, path, body, timeout.Token);
            return await ReceiveAsync(names => upstreams = names, timeout.Token);
        }
        catch (Exception failure) when (failure is SocketException or EndOfStreamException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BrokenExchangeException(failure.Message, _start == _end && upstreams is null, upstreams, failure);
        }
        finally
        {
            _lastRequest = $"{method} {path}";
        }
    }

    /// <summary>Sends part of a request body, or receives part of the response, and disconnects.</summary>
    public async Task AbortAsync(string method, string path, int bodyBytes, int sentBytes, int receivedBytes, bool reset, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(Head(method, path, bodyBytes), cancellationToken);
        if (sentBytes > 0)
        {
            await _socket.SendAsync(new byte[sentBytes], cancellationToken);
        }

        for (var count = 0; count < receivedBytes;)
        {
            var read = await _socket.ReceiveAsync(_received, cancellationToken);
            count = read == 0 ? receivedBytes : count + read;
        }

        if (reset)
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Head(string method, string path, int? bodyBytes) => Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: soak\r\n{(bodyBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bodyBytes}\r\n") : "")}\r\n");

    private async Task SendAsync(string method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        var request = (byte[])[.. Head(method, path, body?.Length), .. body ?? []];
        try
        {
            for (var sent = 0; sent < request.Length;)
            {
                sent += await _socket.SendAsync(request.AsMemory(sent), cancellationToken);
            }
        }
        catch (SocketException) when (body is not null)
        {
            // The server may have rejected the upload, and its response is still readable.
        }
    }

    private async Task<SoakReply> ReceiveAsync(Action<string?> foundUpstreams, CancellationToken cancellationToken)
    {
        int length;
        while ((length = _received.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync(cancellationToken);
        }

        var lines = Encoding.Latin1.GetString(_received, _start, length).Split("\r\n");
        _start += length + 4;
        var upstreams = Field(lines, "X-Upstream-Server");
        foundUpstreams(upstreams ?? "");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var body = Field(lines, "Content-Length") is { } stated
            ? await TakeAsync(int.Parse(stated, CultureInfo.InvariantCulture), cancellationToken)
            : Field(lines, "Transfer-Encoding") is not null ? await TakeChunksAsync(cancellationToken) : [];
        Replies++;
        _lastReply = Stopwatch.GetTimestamp();
        var closes = Field(lines, "Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) == true;
        return new SoakReply(status, upstreams, body, closes);
    }

    private static string? Field(string[] lines, string name) => lines
        .Where(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    private async Task<byte[]> TakeAsync(int count, CancellationToken cancellationToken)
    {
        var taken = new byte[count];
        for (var at = 0; at < count;)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            var some = Math.Min(count - at, _end - _start);
            _received.AsSpan(_start, some).CopyTo(taken.AsSpan(at));
            _start += some;
            at += some;
        }

        return taken;
    }

    private async Task<byte[]> TakeChunksAsync(CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (true)
        {
            int end;
            while ((end = _received.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
            {
                await FillAsync(cancellationToken);
            }

            var size = int.Parse(_received.AsSpan(_start, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _start += end + 2;
            body.AddRange((await TakeAsync(size + 2, cancellationToken)).AsSpan(0, size));
            if (size == 0)
            {
                return [.. body];
            }
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _received.Length)
        {
            Array.Resize(ref _received, 2 * _received.Length);
        }

        var count = await _socket.ReceiveAsync(_received.AsMemory(_end), cancellationToken);
        _end += count > 0 ? count : throw new EndOfStreamException("The connection was closed.");
    }
}
