namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// Watches an exchange for the reasons to end it from this side: inactivity, a disconnected client, or a canceled token.
/// <see cref="ConnectionPool"/> checks it every few dozen milliseconds, which avoids timers and registrations per request.
/// </summary>
internal sealed class ExchangeWatch
{
    private ExchangeLimits _limits;
    private long _lastActivity;

    /// <summary>Starts watching an exchange.</summary>
    public void Begin(in ExchangeLimits limits)
    {
        _limits = limits;
        _lastActivity = 0;
    }

    /// <summary>Records activity.</summary>
    public void Touch() => Volatile.Write(ref _lastActivity, 0);

    /// <summary>Stops observing the cancellation token once the response begins.</summary>
    public void OnResponseStarted() => _limits = _limits with { Cancellation = CancellationToken.None };

    /// <summary>Applies the idle timeout of a WebSocket after an upgrade.</summary>
    public void Upgraded(TimeSpan timeout)
    {
        _limits = _limits with { Timeout = timeout };
        Touch();
    }

    /// <summary>Suspends the timeout until the next <see cref="Touch"/>: the exchange waits for the client, not for the upstream.</summary>
    public void Pause() => Volatile.Write(ref _lastActivity, long.MaxValue);

    /// <summary>Returns the reason to end the exchange, or <see cref="ConnectionEnd.None"/>.</summary>
    /// <param name="now">The current time, on <paramref name="time"/>'s monotonic scale.</param>
    /// <param name="time">The clock.</param>
    public ConnectionEnd Look(long now, TimeProvider time)
    {
        if (_limits.ClientDisconnected.IsCancellationRequested)
        {
            return ConnectionEnd.ClientDisconnected;
        }

        if (_limits.Cancellation.IsCancellationRequested)
        {
            return ConnectionEnd.Cancelled;
        }

        // The first check after an activity timestamps it, so that the exchange itself need not read the clock.
        var seen = Interlocked.CompareExchange(ref _lastActivity, now, 0);
        return seen != 0 && time.GetElapsedTime(seen, now) >= _limits.Timeout ? ConnectionEnd.TimedOut : ConnectionEnd.None;
    }
}
