namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The reasons to close a connection, or to refuse a connection or request, in order to protect the others.</summary>
internal enum ShedReason
{
    /// <summary>A connection is refused because the limit is reached.</summary>
    ConnectionLimit,

    /// <summary>A connection is refused because the limit of its client is reached.</summary>
    ClientConnectionLimit,

    /// <summary>An idle connection is closed for a new one.</summary>
    IdleForNew,

    /// <summary>An HTTP/2 request is refused because the limit is reached.</summary>
    RequestLimit,

    /// <summary>An HTTP/2 request is refused because the limit of its client is reached.</summary>
    ClientRequestLimit,

    /// <summary>A connection is closed because it sends too many HTTP/2 frames without progress.</summary>
    Http2Flood,

    /// <summary>An idle connection is closed because memory is short.</summary>
    MemoryIdle,

    /// <summary>A request is refused because memory is short.</summary>
    MemoryRequest,

    /// <summary>The connection of a slow client is closed because memory is short.</summary>
    MemorySlow,
}
