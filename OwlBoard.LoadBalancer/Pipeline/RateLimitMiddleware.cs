using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Refuses requests above their client's rate limit with 429. Part of the proxy pipeline, so that the load balancer's own
/// endpoints are not limited. A WebSocket counts once, when it is opened.
/// </summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RateLimiter limiter, ClientAddress client, LoadBalancerMetrics metrics)
{
    public Task InvokeAsync(HttpContext context) =>
        limiter.TryTake(context.Request.Path, client.Of(context), out var rule, out var wait)
            ? next(context)
            : RefuseAsync(context, rule, wait);

    private Task RefuseAsync(HttpContext context, RateLimitRule rule, TimeSpan wait)
    {
        metrics.RateLimited(rule.Path.HasValue ? rule.Path.Value : "*");
        // RFC 9110 section 10.2.3: whole seconds. With 0 the client would retry at once.
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.WriteAsync(context, new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Detail = $"Too many requests from this client; retry after {seconds} s.",
        });
    }
}
