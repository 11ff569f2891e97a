using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>Begins a trace where the client began none and nobody records spans: log lines and upstreams have its id.</summary>
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
