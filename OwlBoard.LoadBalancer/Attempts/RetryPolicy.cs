using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>
/// Decides whether another attempt follows a failed one: the only place that defines when. A gateway that was sent nothing,
/// since no connection to it could be opened, is passed over whatever the method, and counts neither as one of the
/// <see cref="RetryOptions.Tries"/> nor against the budget: it was given no work. An idempotent request that was sent goes
/// to another gateway within both limits. A response that has started, a body that was not kept whole and the time limit
/// rule out any further attempt.
/// </summary>
internal sealed partial class RetryPolicy(
    GatewayRegistry gateways,
    IOptionsMonitor<RetryOptions> options,
    RetryBudget budget,
    LoadBalancerMetrics metrics,
    TimeProvider time,
    ILogger<RetryPolicy> logger)
{
    /// <summary>Claims another attempt.</summary>
    /// <returns>The gateways to pick from; <see langword="null"/> if no attempt follows.</returns>
    public DestinationState[]? TryClaim(HttpContext context, ProxyRequestContext request, AttemptOutcome outcome)
    {
        var settings = options.CurrentValue;
        if (!outcome.IsFailure
            || !(outcome.NothingSent || (request.IsIdempotent && request.Sent + 1 < settings.Tries))
            || request.Body is { CanReplay: false }
            || context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || time.GetElapsedTime(request.Started) >= settings.Timeout
            || Unattempted(context, request, outcome) is not { Length: > 0 } candidates)
        {
            return null;
        }

        if (!outcome.NothingSent && !budget.TryTakeRetry())
        {
            metrics.RetryRefused(outcome.Reason);
            return null;
        }

        metrics.Retried(outcome.Reason);
        if (request.Gateway is { } gateway)
        {
            LogRetrying(context.Request.Method, context.Request.Path, gateway.Name, outcome.Reason);
        }

        return candidates;
    }

    /// <summary>
    /// Returns the gateways that were not attempted. Those in rotation now come first: they may differ from those of the first
    /// pick. Without any, a request that got no response goes to one out of rotation, and to one that an operator drained only
    /// if no other is left; a response that reports a failure is better than that.
    /// </summary>
    private DestinationState[] Unattempted(HttpContext context, ProxyRequestContext request, AttemptOutcome outcome)
    {
        var destinations = context.GetRouteModel().Cluster!.DestinationsState;
        var inRotation = destinations.AvailableDestinations.Where(IsUnattempted).ToArray();
        if (inRotation.Length > 0 || outcome.IsResponse)
        {
            return inRotation;
        }

        var all = destinations.AllDestinations.Where(IsUnattempted).ToArray();
        var notDrained = all.Where(destination => gateways.Of(destination).Condition.State != GatewayState.Drained).ToArray();
        return notDrained.Length > 0 ? notDrained : all;

        bool IsUnattempted(DestinationState destination) => !request.Attempted.Contains(gateways.Of(destination));
    }

    [LoggerMessage(1, LogLevel.Debug, "Retrying {Method} {Path} on another gateway: {Gateway} failed ({Reason})")]
    private partial void LogRetrying(string method, string path, string gateway, string reason);
}
