using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Features;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The framing of a request body, as known before the body is read.</summary>
internal readonly record struct RequestBody
{
    /// <summary>The length in bytes; <see langword="null"/> if there is no body or its length is unknown.</summary>
    public long? Length { get; private init; }

    /// <summary>Indicates whether the body is sent in chunks, because its length is unknown.</summary>
    public bool IsChunked { get; private init; }

    /// <summary>Indicates whether the body is sent only after <c>100 Continue</c> (RFC 9110 section 10.1.1).</summary>
    public bool WaitsForContinue { get; private init; }

    /// <summary>Indicates whether there are body bytes to send.</summary>
    public bool HasBytes => IsChunked || Length > 0;

    public static RequestBody Of(HttpContext context, bool isUpgrade)
    {
        if (isUpgrade || context.Features.Find<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            // RFC 9110 section 8.6: methods that define a meaning for a body send Content-Length: 0. Some servers require it.
            var method = context.Request.Method;
            return new RequestBody
            {
                // The client's Content-Length is not forwarded: the upstream would read the next request as the body.
                Length = HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || context.Request.ContentLength is not null
                    ? 0
                    : null,
            };
        }

        var length = context.Request.ContentLength;
        return new RequestBody
        {
            Length = length,
            IsChunked = length is null,
            WaitsForContinue = length is not 0 && context.Request.Headers.Expect is [{ } expect]
                && expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase),
        };
    }
}
