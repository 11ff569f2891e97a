using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Refuses requests that must not reach a gateway: those with an ambiguous length (RFC 9112 section 6.3, request smuggling),
/// some of which Kestrel repairs instead; those whose <c>Content-Length</c> is above the limit; and those in a loop.
/// </summary>
internal sealed class RequestGuardMiddleware(RequestDelegate next, IOptionsMonitor<LimitOptions> options, LoopGuard loops)
{
    /// <summary>The field to which Kestrel moves a Content-Length received together with Transfer-Encoding.</summary>
    private const string RepairedContentLength = "X-Content-Length";

    public Task InvokeAsync(HttpContext context)
    {
        if (loops.IsInLoop(context))
        {
            return RefuseAsync(context, StatusCodes.Status508LoopDetected, "The request is in a forwarding loop: a gateway leads back to a load balancer.");
        }

        var request = context.Request;
        var headers = request.Headers;
        if (headers.TransferEncoding.Count > 0)
        {
            if (headers.ContainsKey(RepairedContentLength) || headers.ContentLength is not null)
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "A request must not have both Content-Length and Transfer-Encoding.");
            }

            if (headers.TransferEncoding is not [{ } coding] || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "Transfer-Encoding must be a single 'chunked'.");
            }

            // RFC 9112 section 6.1: faulty framing, since HTTP/1.0 does not define the field.
            if (HttpProtocol.IsHttp10(request.Protocol))
            {
                return RefuseAsync(context, StatusCodes.Status400BadRequest, "An HTTP/1.0 request must not have Transfer-Encoding.");
            }
        }
        else if (headers.ContentLength is not > 0)
        {
            return next(context);
        }

        var limit = options.CurrentValue.RequestBodyBytes;
        if (headers.ContentLength > limit)
        {
            return RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The request body is larger than the limit of {limit} bytes.");
        }

        // The connection may have been accepted under an older limit.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        return next(context);
    }

    /// <summary>Responds with a problem body, and closes an HTTP/1.x connection.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        // The following bytes on an HTTP/1.x connection may be the rest of this request, or a smuggled one. Over HTTP/2 frames
        // delimit the requests, and the field does not exist.
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, new ProblemDetails { Status = status, Detail = detail });
    }
}
