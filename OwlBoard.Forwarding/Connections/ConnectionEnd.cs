namespace OwlBoard.Forwarding.Connections;

/// <summary>Why a connection was cut from this side while it was in use.</summary>
internal enum ConnectionEnd
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Nothing came or went for too long.</summary>
    TimedOut,

    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>Whoever asked for the exchange cancelled it.</summary>
    Cancelled,
}
