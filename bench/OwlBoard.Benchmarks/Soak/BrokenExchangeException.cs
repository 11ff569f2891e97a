namespace OwlBoard.Benchmarks.Soak;

/// <summary>A connection ended, or was given up, before the response was whole.</summary>
internal sealed class BrokenExchangeException(string message, bool isUnanswered, string? upstreams, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether no byte of the response had come.</summary>
    public bool IsUnanswered => isUnanswered;

    /// <summary>Whether it was this end that waited no longer.</summary>
    public bool IsTimeout => InnerException is OperationCanceledException;

    /// <summary>The gateways in the part of the response that came.</summary>
    public string? Upstreams => upstreams;
}
