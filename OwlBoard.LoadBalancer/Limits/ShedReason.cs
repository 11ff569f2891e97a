namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Why a connection is closed, or a connection or request refused, for the sake of the others.</summary>
internal enum ShedReason
{
    /// <summary>A connection is refused: there are as many as the limit.</summary>
    ConnectionLimit,

    /// <summary>A connection is refused: its client has as many as its limit.</summary>
    ClientConnectionLimit,

    /// <summary>An idle connection is closed for a new one.</summary>
    IdleForNew,

    /// <summary>A request over HTTP/2 is refused: there are as many as the limit.</summary>
    RequestLimit,

    /// <summary>A request over HTTP/2 is refused: its client has as many as its limit.</summary>
    ClientRequestLimit,

    /// <summary>A connection is closed that floods with empty HTTP/2 frames.</summary>
    Http2Flood,

    /// <summary>An idle connection is closed because memory is short.</summary>
    MemoryIdle,

    /// <summary>A request is refused because memory is short.</summary>
    MemoryRequest,

    /// <summary>A connection whose client is slowest is closed because memory is short.</summary>
    MemorySlow,
}
