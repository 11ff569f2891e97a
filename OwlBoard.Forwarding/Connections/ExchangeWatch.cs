namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// What ends an exchange from this side: too long a silence, the client that goes away, or a token. Looked at by
/// <see cref="ConnectionPool"/> every few dozen milliseconds rather than by timers and registrations of each request.
/// </summary>
internal sealed class ExchangeWatch
{
    private ExchangeLimits _limits;
    private long _lastActivity;

    /// <summary>Begins to watch.</summary>
    public void Begin(in ExchangeLimits limits)
    {
        _limits = limits;
        _lastActivity = 0;
    }

    /// <summary>Something came or went.</summary>
    public void Touch() => Volatile.Write(ref _lastActivity, 0);

    /// <summary>The answer begins: from now on the token does not end it any more.</summary>
    public void AnswerBegins() => _limits = _limits with { Cancellation = CancellationToken.None };

    /// <summary>Applies the time limit of the WebSocket that the exchange has become.</summary>
    public void Upgraded(TimeSpan timeout)
    {
        _limits = _limits with { Timeout = timeout };
        Touch();
    }

    /// <summary>Silence does not count until the next <see cref="Touch"/>: the upstream is not the one that is waited for.</summary>
    public void Pause() => Volatile.Write(ref _lastActivity, long.MaxValue);

    /// <summary>Whether the exchange is to end, and why.</summary>
    /// <param name="now">The present, on <paramref name="time"/>'s monotonic scale.</param>
    /// <param name="time">The clock.</param>
    public ConnectionEnd Look(long now, TimeProvider time)
    {
        if (_limits.ClientGone.IsCancellationRequested)
        {
            return ConnectionEnd.ClientGone;
        }

        if (_limits.Cancellation.IsCancellationRequested)
        {
            return ConnectionEnd.Cancelled;
        }

        // The first look after an activity dates it, so that the exchange itself need not ask for the time.
        var seen = Interlocked.CompareExchange(ref _lastActivity, now, 0);
        return seen != 0 && time.GetElapsedTime(seen, now) >= _limits.Timeout ? ConnectionEnd.TimedOut : ConnectionEnd.None;
    }
}
