namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// Closes a connection in stages (RFC 9112 section 9.6): this end stops sending, then reads and drops data until the client
/// closes. After an immediate close, any further data from the client would cause a reset, which discards what the client has
/// not read: the response to a refused upload, or the end of a long response.
/// </summary>
internal sealed class LingeringClose : IDisposable
{
    /// <summary>The maximum number of connections in a lingering close at the same time; further ones are closed immediately.</summary>
    private const int MaxConcurrent = 1024;

    /// <summary>The time after which a silent client is no longer waited for; nginx's <c>lingering_timeout</c>.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    /// <summary>The same time for an aborted connection, whose client is only expected to send data already in flight.</summary>
    private static readonly TimeSpan SilenceLimitOfAborted = TimeSpan.FromSeconds(1);

    /// <summary>The maximum time for which data from the client is dropped; nginx's <c>lingering_time</c>.</summary>
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

    /// <summary>Starts a lingering close, unless the limit is reached.</summary>
    /// <param name="connection">The connection; its sending side is closed.</param>
    /// <param name="limits">The limits of the connection; the send timeout applies to data sent before.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The lingering close, to be disposed; <see langword="null"/> if the connection is to be closed immediately.</returns>
    public static LingeringClose? TryBegin(LoopConnection connection, ClientLimits limits, TimeProvider time)
    {
        if (Interlocked.Increment(ref _count) <= MaxConcurrent)
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
