namespace OwlBoard.Benchmarks.Soak;

/// <summary>The exception for a connection that was closed, or timed out, before the response was complete.</summary>
internal sealed class BrokenExchangeException(string message, bool isUnanswered, string? upstreams, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Indicates whether no byte of the response was received.</summary>
    public bool IsUnanswered => isUnanswered;

    /// <summary>Indicates whether the client timed out.</summary>
    public bool IsTimeout => InnerException is OperationCanceledException;

    /// <summary>The gateways that the received part of the response names.</summary>
    public string? Upstreams => upstreams;
}
