namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The counters of a gateway since it was configured.</summary>
internal sealed class GatewayStatistics(TimeProvider time)
{
    private long _requests;
    private long _failures;

    /// <summary>The number of attempts sent to the gateway.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>The number of failed attempts.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>The last failed attempt; <see langword="null"/> if none failed.</summary>
    public GatewayFailure? LastFailure { get; private set; }

    /// <summary>The durations of the attempts, WebSockets excluded.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountFailure(string reason)
    {
        Interlocked.Increment(ref _failures);
        LastFailure = new GatewayFailure(time.GetUtcNow(), reason);
    }
}
