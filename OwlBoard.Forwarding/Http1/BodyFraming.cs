namespace OwlBoard.Forwarding.Http1;

/// <summary>Where a response's body ends (RFC 9112 section 6.3).</summary>
internal enum BodyFraming
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>After as many bytes as <c>Content-Length</c> says.</summary>
    Length,

    /// <summary>After the last chunk and its trailers.</summary>
    Chunked,

    /// <summary>Where the server closes the connection.</summary>
    UntilClose,
}
