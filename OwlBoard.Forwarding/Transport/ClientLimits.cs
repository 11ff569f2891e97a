namespace OwlBoard.Forwarding.Transport;

/// <summary>The limits of client connections. The values may change at run time.</summary>
public sealed class ClientLimits
{
    private long _sendTimeout = TimeSpan.FromSeconds(60).Ticks;

    /// <summary>
    /// Gets or sets the time after which a connection is closed whose client accepts no data; nginx's <c>send_timeout</c>.
    /// Default: 60 s. A client that accepts data slowly is never cut.
    /// </summary>
    public TimeSpan SendTimeout
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _sendTimeout));
        set => Volatile.Write(ref _sendTimeout, value.Ticks);
    }

    /// <summary>Gets the counter of the bytes that wait for clients which do not read.</summary>
    public SendBacklog Backlog { get; } = new();
}
