using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Refuses requests with 503 while memory is short, and HTTP/2 requests beyond the connection limit: each needs an upstream
/// connection, and so a file descriptor. An HTTP/1.1 connection has one request at a time, an HTTP/2 connection up to a hundred.
/// </summary>
internal sealed class RequestGateMiddleware(RequestDelegate next, ConnectionGate gate, MemoryPressure memory)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (memory.RefusesRequests)
        {
            gate.Shed(ShedReason.MemoryRequest);
            return RefuseAsync(context, "The load balancer is short of memory.");
        }

        return HttpProtocol.IsHttp11(context.Request.Protocol) || context.Features.Get<TrackedConnection>() is not { } connection
            ? next(context)
            : CountAsync(context, connection);
    }

    private async Task CountAsync(HttpContext context, TrackedConnection connection)
    {
        if (gate.TryEnterStream(connection) is { } limit)
        {
            await RefuseAsync(context, string.Create(CultureInfo.InvariantCulture, $"The limit of {limit} concurrent requests is reached."));
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            gate.LeaveStream(connection);
        }
    }

    private static Task RefuseAsync(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.WriteAsync(context, new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = detail });
    }
}
