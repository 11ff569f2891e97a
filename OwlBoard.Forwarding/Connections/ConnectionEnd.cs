namespace OwlBoard.Forwarding.Connections;

/// <summary>The reason why a connection in use was closed from this side.</summary>
internal enum ConnectionEnd
{
    /// <summary>The connection was not closed from this side.</summary>
    None,

    /// <summary>The exchange was inactive for too long.</summary>
    TimedOut,

    /// <summary>The client disconnected.</summary>
    ClientDisconnected,

    /// <summary>The caller canceled the exchange.</summary>
    Cancelled,
}
