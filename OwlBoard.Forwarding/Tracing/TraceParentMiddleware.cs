using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>
/// Starts a trace if the client sent none and no spans are recorded, so that log messages and upstream requests share an id.
/// </summary>
internal sealed class TraceParentMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (Activity.Current is null && !TraceParent.IsValid(context.Request.Headers.TraceParent.ToString()))
        {
            context.Request.Headers.TraceParent = TraceParent.Create();
        }

        return next(context);
    }
}
