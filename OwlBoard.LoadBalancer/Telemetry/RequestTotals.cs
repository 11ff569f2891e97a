namespace OwlBoard.LoadBalancer.Telemetry;

/// <summary>Counts of what seldom happens to clients' requests, since the start. A request that is served touches none of them.</summary>
internal sealed class RequestTotals
{
    private long _serverErrors;
    private long _retries;
    private long _refusals;

    /// <summary>Requests for the gateways that were answered with 5xx, whoever answered.</summary>
    public long ServerErrors => Volatile.Read(ref _serverErrors);

    /// <summary>Attempts that followed a failed one.</summary>
    public long Retries => Volatile.Read(ref _retries);

    /// <summary>Requests refused because of a limit.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    public void CountServerError() => Interlocked.Increment(ref _serverErrors);

    public void CountRetry() => Interlocked.Increment(ref _retries);

    public void CountRefusal() => Interlocked.Increment(ref _refusals);
}
