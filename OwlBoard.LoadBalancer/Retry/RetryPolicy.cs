using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>
/// Decides whether a failed request goes to another gateway. A gateway that was sent nothing, since no connection to it
/// could be opened, is passed over whatever the method, and is neither one of the <see cref="RetryOptions.Tries"/> nor
/// part of the budget: it was given no work. An idempotent request that was sent goes to another gateway within both
/// limits. A response that has started, a body that is not kept whole and the time limit end all of it.
/// </summary>
internal sealed partial class RetryPolicy(
    GatewayRegistry gateways,
    LiveOptions options,
    RetryBudget budget,
    LoadBalancerMetrics metrics,
    TimeProvider time,
    ILogger<RetryPolicy> logger)
{
    /// <summary>Claims a further attempt for the request and sets <see cref="ProxiedRequest.Next"/>.</summary>
    /// <returns>Whether one follows; the same if called again about the same attempt.</returns>
    public bool TryClaim(HttpContext context, ProxiedRequest request, TryOutcome outcome)
    {
        if (request.Next is not null)
        {
            return true;
        }

        var settings = options.Current.Retry;
        if (!outcome.IsFailure
            || !(outcome.NothingSent || (request.IsIdempotent && request.Sent + 1 < settings.Tries))
            || request.Body is { CanReplay: false }
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || time.GetElapsedTime(request.Started) >= settings.Timeout
            || Untried(context, request, outcome) is not { Length: > 0 } candidates)
        {
            return false;
        }

        if (!outcome.NothingSent && !budget.TryTakeRetry())
        {
            metrics.RetryRefused(outcome.Reason);
            return false;
        }

        request.Next = candidates;
        metrics.Retried(outcome.Reason);
        if (request.Gateway is { } gateway)
        {
            LogRetrying(context.Request.Method, context.Request.Path, gateway.Name, outcome.Reason);
        }

        return true;
    }

    /// <summary>
    /// Returns the gateways that are left. Those in rotation now come first: they may differ from those of the first pick.
    /// Without any, a request that got no response goes to one out of rotation, and to one that an operator took out only
    /// when no other is left; a response that reports a failure is better than that.
    /// </summary>
    private DestinationState[] Untried(HttpContext context, ProxiedRequest request, TryOutcome outcome)
    {
        var destinations = context.GetRouteModel().Cluster!.DestinationsState;
        var inRotation = destinations.AvailableDestinations.Where(IsUntried).ToArray();
        if (inRotation.Length > 0 || outcome.IsResponse)
        {
            return inRotation;
        }

        var all = destinations.AllDestinations.Where(IsUntried).ToArray();
        var notDrained = all.Where(destination => gateways.Of(destination).Condition.State != GatewayState.Drained).ToArray();
        return notDrained.Length > 0 ? notDrained : all;

        bool IsUntried(DestinationState destination) => !request.Tried.Contains(gateways.Of(destination));
    }

    [LoggerMessage(1, LogLevel.Debug, "{Method} {Path} goes to another gateway: {Gateway} failed ({Reason})")]
    private partial void LogRetrying(string method, string path, string gateway, string reason);
}
