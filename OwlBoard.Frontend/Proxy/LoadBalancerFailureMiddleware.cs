using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Frontend.Proxy;

/// <summary>Writes a problem body, which the page can display, if the load balancer does not respond.</summary>
internal sealed class LoadBalancerFailureMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } error
            || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var timedOut = error is { Error: ForwarderError.RequestTimedOut, Exception.InnerException: not TimeoutException };
        await Results.Problem(
            statusCode: timedOut ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway,
            title: timedOut ? "The load balancer did not respond in time" : "The load balancer is not reachable",
            // The address is in the log only; it is not disclosed to the public network.
            detail: timedOut
                ? "The load balancer did not respond in time. Try again in a moment."
                : "The load balancer is not reachable at the moment. Try again soon.",
            instance: RequestTarget.Of(context).Path.ToString()).ExecuteAsync(context);
    }
}
