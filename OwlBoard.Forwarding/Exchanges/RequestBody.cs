using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>What is known of a request's body before it is read.</summary>
internal readonly record struct RequestBody
{
    /// <summary>Its length in bytes; <see langword="null"/> if it has none, or none that is known.</summary>
    public long? Length { get; private init; }

    /// <summary>Whether it is sent in chunks, since its length is not known.</summary>
    public bool IsChunked { get; private init; }

    /// <summary>Whether the upstream is asked first whether it wants the body (RFC 9110 section 10.1.1).</summary>
    public bool WaitsForContinue { get; private init; }

    /// <summary>Whether there is anything to send.</summary>
    public bool HasBytes => IsChunked || Length > 0;

    public static RequestBody Of(HttpContext context, bool isUpgrade)
    {
        if (isUpgrade || context.Features.Find<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            // RFC 9110 section 8.6: where a body would have a meaning, its absence is said too; some answer 411 otherwise.
            var method = context.Request.Method;
            return new RequestBody
            {
                // Never the length that the client stated: no byte follows, and the next request would be taken for them.
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
