namespace OwlBoard.Forwarding.Http1;

/// <summary>The framing of a response body (RFC 9112 section 6.3).</summary>
internal enum BodyFraming
{
    /// <summary>The response has no body.</summary>
    None,

    /// <summary>The body has the length stated by <c>Content-Length</c>.</summary>
    Length,

    /// <summary>The body ends with the last chunk and its trailers.</summary>
    Chunked,

    /// <summary>The body ends when the server closes the connection.</summary>
    UntilClose,
}
