using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>Refuses a request with 429 if its client has reached the limit of concurrent requests.</summary>
internal sealed class ConnectionLimitMiddleware(
    RequestDelegate next, ConnectionLimiter limiter, ClientAddress client, IOptionsMonitor<ConnectionLimitOptions> options, LoadBalancerMetrics metrics)
{
    public Task InvokeAsync(HttpContext context) =>
        options.CurrentValue.PerClient is > 0 and var limit ? CountAsync(context, limit) : next(context);

    private async Task CountAsync(HttpContext context, int limit)
    {
        var network = ClientNetwork.Of(client.Of(context));
        if (!limiter.TryEnter(network, limit))
        {
            metrics.ConnectionLimited();
            context.Response.Headers.RetryAfter = "1";
            await Problem.WriteAsync(context, new ProblemDetails
            {
                Status = StatusCodes.Status429TooManyRequests,
                Detail = string.Create(CultureInfo.InvariantCulture, $"The limit of {limit} concurrent requests per client is reached."),
            });
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            limiter.Leave(network);
        }
    }
}
