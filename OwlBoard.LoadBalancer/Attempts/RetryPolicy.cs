using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>
/// Decides whether another attempt follows a failed one. If nothing was sent, because no connection could be opened, a request
/// with any method is retried, and the attempt counts neither toward <see cref="RetryOptions.Tries"/> nor against the budget. An
/// idempotent request that was sent is retried within both limits. There is no retry after the response has started, if the body
/// was not buffered completely, or after <see cref="RetryOptions.Timeout"/>.
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
    /// <returns>The gateways to pick from; <see langword="null"/> if no other attempt follows.</returns>
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

        if (!outcome.NothingSent && !budget.TryAcquire())
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
    /// Returns the gateways that were not attempted: those currently in rotation, which may have changed since the first pick.
    /// If there are none, a request without a response may go to a gateway out of rotation, and to a drained one only if no other
    /// is left. A request with a response is not sent to these: even a response that reports a failure is better.
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
