using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Refuses requests that must not reach a gateway: those whose end is ambiguous (RFC 9112 section 6.3, request smuggling),
/// some of which Kestrel repairs instead; those whose <c>Content-Length</c> is above the limit; and those in a loop.
/// </summary>
internal sealed class RequestGuardMiddleware(RequestDelegate next, IOptionsMonitor<LimitOptions> options, LoopGuard loops)
{
    /// <summary>Where Kestrel puts a Content-Length that came together with Transfer-Encoding.</summary>
    private const string RepairedContentLength = "X-Content-Length";

    public Task InvokeAsync(HttpContext context)
    {
        if (loops.IsInLoop(context))
        {
            return RefuseAsync(context, StatusCodes.Status508LoopDetected, "The load balancer is one of its own gateways, directly or through others.");
        }

        var request = context.Request;
        var headers = request.Headers;
        if (headers.TransferEncoding.Count > 0)
        {
            if (headers.ContainsKey(RepairedContentLength) || headers.ContentLength is not null)
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "A request has Content-Length or Transfer-Encoding, never both.");
            }

            if (headers.TransferEncoding is not [{ } coding] || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "The only Transfer-Encoding accepted is a single 'chunked'.");
            }

            // RFC 9112 section 6.1: faulty framing, since HTTP/1.0 does not know the field.
            if (HttpProtocol.IsHttp10(request.Protocol))
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "HTTP/1.0 has no Transfer-Encoding.");
            }
        }
        else if (headers.ContentLength is not > 0)
        {
            return next(context);
        }

        var limit = options.CurrentValue.RequestBodyBytes;
        if (headers.ContentLength > limit)
        {
            return RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body may have at most {limit} bytes.");
        }

        // The connection may be older than the limit in force.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        return next(context);
    }

    /// <summary>Responds with a problem body, and closes an HTTP/1.x connection.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        // What follows on this connection may be the rest of this request, or another that someone hid in it. Over HTTP/2
        // the frames tell the requests apart, and there is no such field.
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, new ProblemDetails { Status = status, Detail = detail });
    }
}
