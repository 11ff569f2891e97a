namespace OwlBoard.Forwarding.Sockets;

/// <summary>The limits of clients' connections. A program may change the values while it runs.</summary>
public sealed class ClientLimits
{
    private long _sendTimeout = TimeSpan.FromSeconds(60).Ticks;

    /// <summary>
    /// The time after which a connection is cut whose client accepts no byte of what is sent to it, as nginx's
    /// <c>send_timeout</c>. Default 60 s. A client that accepts bytes slowly is never cut.
    /// </summary>
    public TimeSpan SendTimeout
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _sendTimeout));
        set => Volatile.Write(ref _sendTimeout, value.Ticks);
    }

    /// <summary>Gets the count of the bytes that wait for clients which do not read.</summary>
    public SendBacklog Backlog { get; } = new();
}
