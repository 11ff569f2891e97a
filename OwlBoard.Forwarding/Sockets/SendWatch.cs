namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// Cuts a connection whose client accepts no byte for <see cref="ClientLimits.SendTimeout"/>. What counts is what the client's
/// system has acknowledged: the kernel here holds megabytes for a client, and takes more only when a third of them is gone.
/// </summary>
/// <remarks>Made for a connection when the kernel first does not take all of a flush; most never have one.</remarks>
internal sealed class SendWatch : IDisposable
{
    /// <summary>So many looks within the time limit: a stalled client is cut at most a quarter of it late.</summary>
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
