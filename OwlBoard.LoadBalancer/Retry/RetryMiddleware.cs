using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>
/// Lets the rest of YARP's pipeline pick a gateway, forwards the request to it and judges the outcome, once per attempt and
/// never twice for the same gateway, until one responds or <see cref="RetryPolicy"/> allows no further attempt.
/// </summary>
internal sealed class RetryMiddleware(
    RequestDelegate next,
    LiveOptions options,
    RetryPolicy policy,
    RetryBudget budget,
    TryForwarder forwarder,
    GatewayHealth health,
    LoadBalancerMetrics metrics,
    LastResort lastResort,
    ReplayMemory replayMemory,
    TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var progress = ResponseProgress.Of(context);
        try
        {
            budget.CountRequest();
            var settings = options.Current;
            using var request = progress.BeginRequest(IdempotentMethods.Contains(context.Request.Method), settings.Timeouts.Response);
            if (context.Features.Find<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
            {
                // A non-idempotent request needs no replay buffer: it is retried only if no byte of its body was sent. Nor does one
                // whose body is too large to be kept whole.
                var canBeKept = request.IsIdempotent && !(context.Request.ContentLength > settings.Retry.BodyBytes);
                request.Body = new ReplayableBody(
                    context.Request.BodyReader,
                    canBeKept ? settings.Retry.BodyBytes : 0,
                    replayMemory,
                    settings.Timeouts.RequestBody,
                    settings.Limits.RequestBodyBytesPerSecond,
                    progress.Connection.Tracked,
                    time);
                context.Request.Body = request.Body;
            }

            var proxy = context.Features.Find<IReverseProxyFeature>()!;
            var candidates = proxy.AvailableDestinations;
            while (true)
            {
                request.MayMove = request.Sent + 1 < settings.Retry.Tries && proxy.AllDestinations.Count > request.Tried.Length + 1;
                proxy.AvailableDestinations = candidates;
                var started = time.GetTimestamp();
                TryOutcome outcome;
                try
                {
                    await next(context);
                    outcome = request.ConcludeTry(context, await forwarder.SendAsync(context, request, proxy));
                    if (request.Gateway is { } gateway && outcome is { IsFailure: true, IsOthersFault: false })
                    {
                        health.ReportFailure(gateway, outcome.Reason);
                    }
                    else if (outcome == TryOutcome.NoSocket)
                    {
                        health.ReportSocketShortage();
                    }
                }
                finally
                {
                    EndTry(context, request, time.GetElapsedTime(started));
                }

                if (!policy.TryClaim(context, request, outcome))
                {
                    break;
                }

                candidates = request.Next!;
                context.Response.Clear();
                context.Features.Set<IForwarderErrorFeature>(null);
                request.Rewind();
            }

            await FailureAnswer.WriteAsync(context, request);
        }
        catch (Exception failure)
        {
            if (!await lastResort.TryAnswerAsync(context, failure))
            {
                throw;
            }
        }
        finally
        {
            progress.End(context);
        }
    }

    private void EndTry(HttpContext context, ProxiedRequest request, TimeSpan duration)
    {
        if (request.Gateway is { } gateway)
        {
            gateway.Statistics.CountRequest();
            if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
            {
                gateway.Statistics.Latency.Record(duration);
                metrics.TryEnded(gateway.Name, duration, context.Response.StatusCode);
            }
        }

        request.EndTry();
    }
}
