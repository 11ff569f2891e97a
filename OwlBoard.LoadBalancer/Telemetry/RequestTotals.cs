namespace OwlBoard.LoadBalancer.Telemetry;

/// <summary>Counters of errors, retries and refusals since the start. A successful request changes none of them.</summary>
internal sealed class RequestTotals
{
    private long _serverErrors;
    private long _retries;
    private long _refusals;

    /// <summary>The number of proxied requests with a 5xx response, from a gateway or from the load balancer.</summary>
    public long ServerErrors => Volatile.Read(ref _serverErrors);

    /// <summary>The number of attempts that followed a failed one.</summary>
    public long Retries => Volatile.Read(ref _retries);

    /// <summary>The number of requests refused at a limit.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    public void CountServerError() => Interlocked.Increment(ref _serverErrors);

    public void CountRetry() => Interlocked.Increment(ref _retries);

    public void CountRefusal() => Interlocked.Increment(ref _refusals);
}
