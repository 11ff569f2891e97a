namespace OwlBoard.Benchmarks.Soak;

/// <summary>A connection ended, or was given up, before the response was whole.</summary>
internal sealed class BrokenExchangeException(string message, bool isUnanswered, string? upstreams, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Gets whether no byte of the response had been received.</summary>
    public bool IsUnanswered => isUnanswered;

    /// <summary>Gets whether this end gave up waiting.</summary>
    public bool IsTimeout => InnerException is OperationCanceledException;

    /// <summary>The gateways in the part of the response that came.</summary>
    public string? Upstreams => upstreams;
}
