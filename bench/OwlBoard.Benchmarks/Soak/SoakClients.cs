using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>
/// Sends requests on pooled connections. Connections are reused in the order in which they were returned, and some rest for a
/// while, so that requests use connections with any idle time up to the keep-alive timeout.
/// </summary>
internal sealed class SoakClients(int port, SoakGateways gateways, SoakLedger ledger) : IDisposable
{
    /// <summary>The idle time after which a close is not a fault. The load balancer closes after 75 s; an earlier request may race with it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(74);

    /// <summary>The longest rest. It exceeds the keep-alive timeout, so some connections are closed, which is not a fault.</summary>
    private const int MostRestSeconds = 80;

    /// <summary>The number of exchanges for each one whose connection rests afterwards.</summary>
    private const int OneInRests = 40;

    private const int PostBytes = 64 * 1024;

    private readonly ConcurrentQueue<SoakConnection> _pool = new();

    /// <summary>Sends a GET with a small response.</summary>
    public Task SmallAsync(long n, CancellationToken cancellationToken)
    {
        var (path, body) = SoakService.Small(n);
        return ExchangeAsync("small GET", "GET", path, null, reply => Encoding.ASCII.GetString(reply.Body) == body, cancellationToken);
    }

    /// <summary>Sends a GET with a response of 1 MB.</summary>
    public Task LargeAsync(long n, CancellationToken cancellationToken) => ExchangeAsync(
        "1 MB GET",
        "GET",
        string.Create(CultureInfo.InvariantCulture, $"{SoakService.LargePath}?seed={n}"),
        null,
        reply => reply.Body.AsSpan().SequenceEqual(SoakContent.Of(n, SoakService.LargeBytes)),
        cancellationToken);

    /// <summary>Sends a POST of 64 KB whose response is its checksum.</summary>
    public Task PostAsync(long n, CancellationToken cancellationToken)
    {
        var body = SoakContent.Of(n, PostBytes);
        return ExchangeAsync(
            "64 KB POST",
            "POST",
            SoakService.SumPath,
            body,
            reply => Encoding.ASCII.GetString(reply.Body) == Convert.ToHexString(SHA256.HashData(body)),
            cancellationToken);
    }

    /// <summary>Disconnects in the middle of an upload or a download, on a separate connection.</summary>
    public async Task AbortAsync(long n, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await SoakConnection.OpenAsync(port, cancellationToken);
            await (n % 2 == 0
                ? connection.AbortAsync("POST", SoakService.SumPath, PostBytes, sentBytes: PostBytes / 2, receivedBytes: 0, reset: n % 4 == 0, cancellationToken)
                : connection.AbortAsync("GET", $"{SoakService.LargePath}?seed=1", 0, sentBytes: 0, receivedBytes: 100_000, reset: n % 4 == 1, cancellationToken));
            ledger.Count("aborted client", "disconnected");
        }
        catch (SocketException failure)
        {
            ledger.Count("aborted client", $"disconnected early, {failure.SocketErrorCode}");
        }
    }

    public void Dispose()
    {
        while (_pool.TryDequeue(out var connection))
        {
            connection.Dispose();
        }
    }

    private async Task ExchangeAsync(
        string kind, string method, string path, byte[]? body, Func<SoakReply, bool> isRight, CancellationToken cancellationToken)
    {
        var connection = Take() ?? await ConnectAsync(kind, cancellationToken);
        if (connection is null)
        {
            return;
        }

        var (idle, replies, last) = (connection.Idle, connection.Replies, connection.LastRequest);
        try
        {
            var reply = await connection.AskAsync(method, path, body, cancellationToken);
            Judge(kind, method, reply, isRight);
            if (reply.Closes)
            {
                ledger.Count("connections", "closed as announced");
                connection.Dispose();
            }
            else
            {
                _ = GiveBackAsync(connection, path.Length + replies, cancellationToken);
            }
        }
        catch (BrokenExchangeException broken)
        {
            connection.Dispose();
            var detail = string.Create(
                CultureInfo.InvariantCulture, $"{method} {path}, request {replies + 1} of its connection, idle for {idle.TotalSeconds:0.000} s after {last}: {broken.Message}");
            if (broken.IsTimeout)
            {
                ledger.Fault(kind, "no complete response in time", detail);
            }
            else if (broken.IsUnanswered)
            {
                JudgeUnanswered(kind, replies, idle, detail);
            }
            else if (gateways.Explain(broken.Upstreams))
            {
                ledger.Count(kind, "response aborted by a kill");
            }
            else
            {
                ledger.Fault(kind, "response aborted", $"{detail}, from {broken.Upstreams}");
            }
        }
        catch (Exception)
        {
            connection.Dispose();
            throw;
        }
    }

    private void Judge(string kind, string method, SoakReply reply, Func<SoakReply, bool> isRight)
    {
        if (reply.Status == 200 && isRight(reply))
        {
            ledger.Count(kind, "right");
        }
        else if (reply.Status == 200)
        {
            ledger.Fault(kind, "WRONG BYTES", $"{reply.Body.Length} bytes from {reply.Upstreams}");
        }
        else if (method == "POST" && reply.Status is 502 or 503 or 504 && gateways.Explain(reply.Upstreams))
        {
            // A byte of the request had been sent, so it was not retried.
            ledger.Count(kind, $"{reply.Status} after a kill");
        }
        else
        {
            ledger.Fault(kind, $"{reply.Status}", $"from {reply.Upstreams}: {Encoding.Latin1.GetString(reply.Body.AsSpan(0, Math.Min(reply.Body.Length, 300)))}");
        }
    }

    private void JudgeUnanswered(string kind, int replies, TimeSpan idle, string detail)
    {
        if (idle < KeepAlive)
        {
            ledger.Fault(kind, replies == 0 ? "no response on a new connection" : "no response on a reused connection", detail);
        }
        else
        {
            ledger.Count(kind, "no response after the keep-alive timeout");
        }
    }

    private SoakConnection? Take()
    {
        while (_pool.TryDequeue(out var connection))
        {
            if (!connection.IsClosed)
            {
                return connection;
            }

            if (connection.Idle < KeepAlive)
            {
                ledger.Fault("connections", "closed while idle", string.Create(
                    CultureInfo.InvariantCulture, $"after {connection.Idle.TotalSeconds:0.000} s, {connection.Replies} responses, the last to {connection.LastRequest}"));
            }
            else
            {
                ledger.Count("connections", "closed after the keep-alive timeout");
            }

            connection.Dispose();
        }

        return null;
    }

    private async Task<SoakConnection?> ConnectAsync(string kind, CancellationToken cancellationToken)
    {
        try
        {
            ledger.Count("connections", "opened");
            return await SoakConnection.OpenAsync(port, cancellationToken);
        }
        catch (SocketException failure)
        {
            ledger.Fault(kind, "no connection", failure.Message);
            return null;
        }
    }

    private async Task GiveBackAsync(SoakConnection connection, int salt, CancellationToken cancellationToken)
    {
        if (salt % OneInRests == 0)
        {
            // All lengths, deterministically, so that each soak does the same.
            await Task.Delay(TimeSpan.FromSeconds(connection.Replies * 7 % MostRestSeconds), cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _pool.Enqueue(connection);
    }
}
