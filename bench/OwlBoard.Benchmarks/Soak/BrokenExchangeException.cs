namespace OwlBoard.Benchmarks.Soak;

/// <summary>A connection ended before the response was whole.</summary>
internal sealed class BrokenExchangeException(string message, bool isUnanswered, string? upstreams, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether no byte of the response had come.</summary>
    public bool IsUnanswered => isUnanswered;

    /// <summary>The gateways in the part of the response that came.</summary>
    public string? Upstreams => upstreams;
}
