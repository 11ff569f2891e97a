namespace OwlBoard.Benchmarks.Load;

/// <summary>The classification of the bytes received so far.</summary>
internal enum Reply
{
    /// <summary>The response is incomplete.</summary>
    Incomplete,

    /// <summary>The expected response.</summary>
    Complete,

    /// <summary>Another message that is allowed before the response.</summary>
    Ignored,

    /// <summary>An unexpected response; the connection can no longer be used.</summary>
    Broken,
}
