using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Features;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>
/// Forwards a request: sends it to a gateway and, while <see cref="RetryPolicy"/> allows it, to others, never twice to the
/// same one; then copies the response to the client.
/// </summary>
internal sealed class AttemptLoop(
    IUpstreamForwarder forwarder,
    GatewayPicker picker,
    GatewayHealth health,
    RetryPolicy policy,
    RetryBudget budget,
    ReplayMemory memory,
    ErrorResponse errors,
    LoadBalancerMetrics metrics,
    IOptionsMonitor<RetryOptions> retry,
    IOptionsMonitor<TimeoutOptions> timeouts,
    IOptionsMonitor<LimitOptions> limits,
    TimeProvider time)
{
    /// <summary>Forwards a request, and completes its <see cref="ProxyRequestContext"/>.</summary>
    /// <remarks>One method: each additional async method costs a state machine per request (bench/run, small).</remarks>
    public async Task ForwardAsync(HttpContext context)
    {
        var request = ProxyRequestContext.Of(context);
        try
        {
            budget.CountRequest();
            request.BeginForwarding(IdempotentMethods.Contains(context.Request.Method));
            using var body = BeginBody(context, request);
            var responseTimeout = timeouts.CurrentValue.Response;
            var proxy = context.Features.Find<IReverseProxyFeature>()!;
            var candidates = proxy.AvailableDestinations;
            ForwarderError error;
            AttemptOutcome outcome;
            DestinationState[]? others;
            do
            {
                var started = time.GetTimestamp();
                try
                {
                    if (picker.Pick(context, request, proxy.Cluster, candidates) is { } destination)
                    {
                        var attempt = AttemptToken(request, proxy);
                        error = await SendAsync(context, request, proxy, destination, responseTimeout, attempt);
                        outcome = error == ForwarderError.None
                            ? AttemptOutcome.OfHead(context.Response)
                            : AttemptOutcome.OfError(error, context, request, responseTimeout, attempt);
                        // Before the report: taking the last gateway out of rotation puts all of them back in rotation.
                        others = policy.TryClaim(context, request, outcome);
                        Report(request.Gateway!, outcome);
                        if (request.Exchange.HasResponse && others is not null)
                        {
                            await forwarder.DiscardAsync(context, request.Exchange);
                        }
                        else if (request.Exchange.HasResponse)
                        {
                            request.Response.MarkProgress();
                            error = await forwarder.CopyAsync(context, request.Exchange);
                            if (error != ForwarderError.None && !outcome.IsFailure)
                            {
                                outcome = AttemptOutcome.OfError(error, context, request, responseTimeout, attempt);
                                Report(request.Gateway!, outcome);
                            }
                        }
                    }
                    else
                    {
                        (error, outcome) = (ForwarderError.NoAvailableDestinations, AttemptOutcome.NoGateway);
                        others = policy.TryClaim(context, request, outcome);
                    }
                }
                finally
                {
                    EndAttempt(context, request, time.GetElapsedTime(started));
                }

                if (others is not null)
                {
                    candidates = others;
                    Rewind(context, request, outcome);
                }
            }
            while (others is not null);

            if (error != ForwarderError.None)
            {
                await FailureResponse.WriteAsync(context, request, outcome);
            }
        }
        catch (Exception failure)
        {
            if (request.Exchange.HasResponse)
            {
                await forwarder.DiscardAsync(context, request.Exchange);
            }

            if (!await errors.TryWriteAsync(context, failure))
            {
                throw;
            }
        }
        finally
        {
            request.Complete(context);
        }
    }

    private ReplayableBody? BeginBody(HttpContext context, ProxyRequestContext request)
    {
        if (context.Features.Find<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return null;
        }

        // A non-idempotent request needs no replay buffer: it is retried only if no byte of its body was sent. A body that is too
        // large for the buffer needs none either.
        var capacity = retry.CurrentValue.BodyBytes;
        var body = new ReplayableBody(
            context.Request.BodyReader,
            request.IsIdempotent && !(context.Request.ContentLength > capacity) ? capacity : 0,
            memory,
            timeouts.CurrentValue.RequestBody,
            limits.CurrentValue.RequestBodyBytesPerSecond,
            request.Connection.Activity,
            time);
        context.Request.Body = body;
        return request.Body = body;
    }

    /// <summary>
    /// Returns the token that cancels the current attempt before the response head. Health probes cancel it when they declare the
    /// gateway dead, but only if another attempt may follow.
    /// </summary>
    private CancellationToken AttemptToken(ProxyRequestContext request, IReverseProxyFeature proxy) =>
        request.IsIdempotent && request.Sent + 1 < retry.CurrentValue.Tries && proxy.AllDestinations.Count > request.Attempted.Length
            ? request.Gateway!.Condition.Dead
            : CancellationToken.None;

    private ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        ProxyRequestContext request,
        IReverseProxyFeature proxy,
        DestinationState destination,
        TimeSpan responseTimeout,
        CancellationToken attempt)
    {
        proxy.ProxiedDestination = destination;
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag("proxy.route_id", proxy.Route.Config.RouteId);
            activity.SetTag("proxy.cluster_id", proxy.Cluster.Config.ClusterId);
            activity.SetTag("proxy.destination_id", destination.DestinationId);
        }

        // Over HTTP/1.1 the connection's token serves all requests: no token is created for each request.
        var clientGone = HttpProtocol.IsHttp11(context.Request.Protocol) && request.Connection.Closed.CanBeCanceled
            ? request.Connection.Closed
            : context.RequestAborted;
        return forwarder.SendAsync(
            context,
            request.Exchange,
            destination.Model.Config.Address,
            proxy.Cluster.HttpClient,
            proxy.Cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty,
            proxy.Route.Transformer,
            new ExchangeLimits(responseTimeout, clientGone, attempt));
    }

    private void Report(Gateway gateway, AttemptOutcome outcome)
    {
        if (outcome.IsGatewayFault)
        {
            health.ReportFailure(gateway, outcome.Reason);
        }
        else if (outcome == AttemptOutcome.NoSocket)
        {
            health.ReportSocketShortage();
        }
    }

    private void EndAttempt(HttpContext context, ProxyRequestContext request, TimeSpan duration)
    {
        if (request.Gateway is { } gateway)
        {
            gateway.Statistics.CountRequest();
            if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
            {
                gateway.Statistics.Latency.Record(duration);
                metrics.AttemptEnded(gateway.Name, duration, context.Response.StatusCode);
            }
        }

        request.EndAttempt();
    }

    private static void Rewind(HttpContext context, ProxyRequestContext request, AttemptOutcome outcome)
    {
        if (!outcome.NothingSent)
        {
            request.Sent++;
        }

        request.Body?.Rewind();
        context.Response.Clear();
        context.Features.Set<IForwarderErrorFeature>(null);
    }
}
