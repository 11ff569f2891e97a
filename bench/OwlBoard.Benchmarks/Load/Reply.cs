namespace OwlBoard.Benchmarks.Load;

/// <summary>What the bytes received so far are.</summary>
internal enum Reply
{
    /// <summary>Not all of it is there yet.</summary>
    Incomplete,

    /// <summary>The reply that was waited for.</summary>
    Complete,

    /// <summary>Something else that may come in between.</summary>
    Ignored,

    /// <summary>Not what it should be; the connection is of no use any more.</summary>
    Broken,
}
