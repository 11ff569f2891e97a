using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>
/// Decides whether a failed request goes to another gateway. Idempotent methods do after any failure; POST and PATCH
/// only if no byte of the request had been sent. A response that has started, a body that is not all kept, a used-up
/// budget, the time or the number of tries end it.
/// </summary>
internal sealed partial class RetryPolicy(
    LiveOptions options, RetryBudget budget, LoadBalancerMetrics metrics, TimeProvider time, ILogger<RetryPolicy> logger)
{
    /// <summary>Claims a further try for the request, out of the budget.</summary>
    /// <returns>Whether there will be one; the same answer if asked again about the same try.</returns>
    public bool TryClaim(HttpContext context, ProxiedRequest request, TryOutcome outcome)
    {
        if (request.IsRetryClaimed)
        {
            return true;
        }

        if (!outcome.IsFailure
            || !request.MayBeRetried
            || !(request.IsIdempotent || outcome.NothingSent)
            || request.Body is { CanReplay: false }
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || time.GetElapsedTime(request.Started) >= options.Current.Retry.Timeout)
        {
            return false;
        }

        if (!budget.TryTakeRetry())
        {
            metrics.RetryRefused(outcome.Reason);
            return false;
        }

        request.IsRetryClaimed = true;
        metrics.Retried(outcome.Reason);
        if (request.Gateway is { } gateway)
        {
            LogRetrying(context.Request.Method, context.Request.Path, gateway.Name, outcome.Reason);
        }

        return true;
    }

    [LoggerMessage(1, LogLevel.Debug, "{Method} {Path} goes to another gateway: {Gateway} failed ({Reason})")]
    private partial void LogRetrying(string method, string path, string gateway, string reason);
}
