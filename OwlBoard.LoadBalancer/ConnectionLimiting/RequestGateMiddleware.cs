using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.ConnectionLimiting;

/// <summary>
/// Answers requests beyond as many at once as there may be connections with 503: each needs a connection to a gateway, and
/// so a file descriptor. Over HTTP/1.1 it cannot come to that; of HTTP/2 one connection carries a hundred.
/// </summary>
internal sealed class RequestGateMiddleware(RequestDelegate next, ConnectionGate gate, GatewayRegistry gateways)
{
    public Task InvokeAsync(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) || gate.Admits(gateways.Active) ? next(context) : RefuseAsync(context);

    private Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.WriteAsync(context, new ProblemDetails
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Detail = string.Create(CultureInfo.InvariantCulture, $"All {gate.Limit} requests that there may be at once are being served."),
        });
    }
}
