namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// Ends a connection in stages (RFC 9112 section 9.6): this end stops sending, then reads and drops what comes until the
/// client closes. To close at once would answer whatever the client still sends with a reset, and a reset takes away
/// what the client has not read yet: the response to an upload that was refused, or the end of one that is long.
/// </summary>
internal sealed class LingeringClose : IDisposable
{
    /// <summary>At most so many connections are ended in stages at the same time; further ones are closed at once.</summary>
    private const int MostAtOnce = 1024;

    /// <summary>The time after which a silent client is not waited for any more, as nginx's <c>lingering_timeout</c>.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    /// <summary>The same for a connection that was given up: of its client nothing is expected but what is on its way.</summary>
    private static readonly TimeSpan SilenceLimitOfAborted = TimeSpan.FromSeconds(1);

    /// <summary>How long a client may go on sending what is dropped, as nginx's <c>lingering_time</c>.</summary>
    private static readonly TimeSpan UploadLimit = TimeSpan.FromSeconds(30);

    private static int _count;

    private readonly LoopConnection _connection;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _started;
    private TcpProgress _seen;
    private long _lastAcknowledged;

    private LingeringClose(LoopConnection connection, ClientLimits limits, TimeProvider time)
    {
        _connection = connection;
        _limits = limits;
        _time = time;
        _seen = connection.Socket.Progress;
        _started = _lastAcknowledged = time.GetTimestamp();
        var interval = connection.IsAborted ? SilenceLimitOfAborted : SilenceLimit;
        _timer = time.CreateTimer(static close => ((LingeringClose)close!).Look(), this, interval, interval);
    }

    /// <summary>Begins, unless there are too many.</summary>
    /// <param name="connection">The connection; nothing is sent on it any more.</param>
    /// <param name="limits">How long the client may accept nothing of what was sent before.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What ends the wait, to be disposed; <see langword="null"/> where the connection is to be closed at once.</returns>
    public static LingeringClose? TryBegin(LoopConnection connection, ClientLimits limits, TimeProvider time)
    {
        if (Interlocked.Increment(ref _count) <= MostAtOnce)
        {
            return new LingeringClose(connection, limits, time);
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    public void Dispose()
    {
        _timer.Dispose();
        Interlocked.Decrement(ref _count);
    }

    /// <summary>Closes the connection if the client neither receives nor sends, or sends for too long.</summary>
    private void Look()
    {
        var now = _time.GetTimestamp();
        var progress = _connection.Socket.Progress;
        var seen = _seen;
        _seen = progress;
        if (progress.Acknowledged != seen.Acknowledged)
        {
            _lastAcknowledged = now;
        }
        else if (progress.IsAllAcknowledged
            ? progress.Received == seen.Received || _time.GetElapsedTime(_started, now) >= UploadLimit
            : _time.GetElapsedTime(_lastAcknowledged, now) >= _limits.SendTimeout)
        {
            _connection.Socket.Dispose();
        }
    }
}
