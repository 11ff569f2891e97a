namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// Closes a connection whose client accepts no data for <see cref="ClientLimits.SendTimeout"/>, measured by the bytes that
/// the client's system acknowledges. Writes to the socket are no measure: the kernel buffers megabytes per client, and
/// accepts more only when a third of the buffer is free.
/// </summary>
/// <remarks>Created when the kernel first does not accept all of a flush; most connections never need it.</remarks>
internal sealed class SendWatch : IDisposable
{
    /// <summary>The number of checks per send timeout: a stalled client is cut at most a quarter of the timeout late.</summary>
    private const int Looks = 4;

    private readonly LoopConnection _connection;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TcpProgress _seen;
    private long _since;

    public SendWatch(LoopConnection connection, ClientLimits limits, TimeProvider time)
    {
        _connection = connection;
        _limits = limits;
        _time = time;
        _since = time.GetTimestamp();
        var interval = limits.SendTimeout / Looks;
        _timer = time.CreateTimer(static watch => ((SendWatch)watch!).Look(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = _time.GetTimestamp();
        var progress = _connection.Socket.Progress;
        if (!_connection.IsSending || progress.Acknowledged != _seen.Acknowledged)
        {
            _since = now;
            _seen = progress;
        }
        else if (_time.GetElapsedTime(_since, now) >= _limits.SendTimeout)
        {
            _connection.Cut();
        }
    }
}
