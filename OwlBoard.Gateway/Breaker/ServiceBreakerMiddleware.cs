using System.Globalization;
using OwlBoard.Gateway.Responses;
using OwlBoard.Gateway.Routing;
using OwlBoard.Gateway.Upstream;
using Polly;
using Polly.CircuitBreaker;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Breaker;

/// <summary>
/// Refuses requests immediately while the breaker of their route is open, and turns the proxy's empty error responses into
/// problem bodies that name the service.
/// </summary>
internal sealed class ServiceBreakerMiddleware(RequestDelegate next, RouteBreakers breakers, TrustFailureLog trustFailures)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var service = proxy.Cluster.Config.Metadata![ServiceRoutes.ServiceMetadata];
        var call = new ServiceCall(context, next);
        var resilience = ResilienceContextPool.Shared.Get(CancellationToken.None);
        try
        {
            var outcome = await breakers.For(proxy.Route.Config).ExecuteOutcomeAsync(
                static (_, call) => call.StartAsync(), resilience, call);
            if (outcome.Exception is BrokenCircuitException broken)
            {
                await RefuseAsync(context, service, broken.RetryAfter);
                return;
            }
        }
        finally
        {
            ResilienceContextPool.Shared.Return(resilience);
        }

        // The breaker's call ends when the response starts; a WebSocket may stay open for hours after that.
        await call.Forwarding;
        if (context.GetForwarderErrorFeature() is { } error
            && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await ExplainAsync(context, service, error.Error, error.Exception);
        }
    }

    private static Task RefuseAsync(HttpContext context, string service, TimeSpan? retryAfter)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.ServiceFailureAsync(context, StatusCodes.Status503ServiceUnavailable, service,
            $"{service} failed repeatedly; requests to this route are refused for now.");
    }

    private Task ExplainAsync(HttpContext context, string service, ForwarderError error, Exception? failure)
    {
        if (TrustFailure.Find(failure) is { } mistrust)
        {
            trustFailures.Write(service, mistrust);
            return Problems.ServiceFailureAsync(context, StatusCodes.Status502BadGateway, service, mistrust.IsCertificateRejected
                ? $"The certificate of {service} is not trusted."
                : $"The TLS handshake with {service} failed.");
        }

        var (status, reason) = error switch
        {
            ForwarderError.NoAvailableDestinations =>
                (StatusCodes.Status503ServiceUnavailable, $"{service} is down: no address is known for it yet."),
            _ when IsConnectFailure(failure) =>
                (StatusCodes.Status503ServiceUnavailable, $"{service} is down: it does not accept connections."),
            ForwarderError.RequestTimedOut =>
                (StatusCodes.Status504GatewayTimeout, $"{service} did not respond in time."),
            ForwarderError.Request or ForwarderError.ResponseHeaders =>
                (StatusCodes.Status502BadGateway, $"{service} closed the connection before it responded."),
            _ => (context.Response.StatusCode, $"The request could not be forwarded to {service}."),
        };
        return Problems.ServiceFailureAsync(context, status, service, reason);
    }

    private static bool IsConnectFailure(Exception? failure) => failure switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        } => true,
        // SocketsHttpHandler reports an elapsed ConnectTimeout like this.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
