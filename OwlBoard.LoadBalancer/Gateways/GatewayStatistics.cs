namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>What a gateway has done since the load balancer knows it.</summary>
internal sealed class GatewayStatistics(TimeProvider time)
{
    private long _requests;
    private long _failures;

    /// <summary>Tries that were sent to it.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Tries that failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>When and why the last one of them did.</summary>
    public GatewayFailure? LastFailure { get; private set; }

    /// <summary>The durations of the attempts, without WebSockets.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountFailure(string reason)
    {
        Interlocked.Increment(ref _failures);
        LastFailure = new GatewayFailure(time.GetUtcNow(), reason);
    }
}
