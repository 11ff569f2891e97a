using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>Writes the load balancer's error responses as problem details (RFC 9457).</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        var status = problem.Status!.Value;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Instance ??= RequestTarget.Of(context).Path.ToString();
        if (TraceParent.TraceIdOf(TraceParent.Of(context)) is { Length: > 0 } traceId)
        {
            problem.Extensions["traceId"] = traceId.ToString();
        }

        context.Response.StatusCode = status;
        ResponseHeaders.Apply(context);
        return context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", context.RequestAborted);
    }
}
