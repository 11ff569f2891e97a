using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Features;

namespace OwlBoard.Forwarding.Targets;

/// <summary>
/// The path and query of a request in origin form (RFC 9112 section 3.2.1), byte for byte as the client sent them. Kestrel's
/// <see cref="HttpRequest.Path"/> is decoded and has no dot segments; it is used for routing, and this target is forwarded.
/// <see cref="RequestTargetMiddleware"/> refuses the targets for which the two could disagree.
/// </summary>
public readonly struct RequestTarget
{
    private readonly string? _text;
    private readonly int _start;
    private readonly int _pathEnd;

    private RequestTarget(string text, int start, int pathEnd)
    {
        _text = text;
        _start = start;
        _pathEnd = pathEnd;
    }

    /// <summary>The path; <c>/</c> if an absolute-form target has none (RFC 9110 section 4.2.3).</summary>
    public ReadOnlySpan<char> Path => _text.AsSpan(_start, _pathEnd - _start);

    /// <summary>The query with its question mark; empty if there is none.</summary>
    public ReadOnlySpan<char> Query => _text.AsSpan(_pathEnd);

    /// <summary>The path and the query.</summary>
    public ReadOnlySpan<char> PathAndQuery => _text.AsSpan(_start);

    /// <summary>Returns the target of the client's request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The path and query of the request line or of the <c>:path</c> pseudo-header field.</returns>
    public static RequestTarget Of(HttpContext context) => Parse(context.Features.Find<IHttpRequestFeature>()!.RawTarget);

    /// <summary>Finds the path and query in a request target, valid or not.</summary>
    /// <param name="rawTarget">The target in any form.</param>
    /// <returns>Its path and query. In a target without a path, such as <c>*</c>, all of it counts as the path.</returns>
    public static RequestTarget Parse(string rawTarget)
    {
        var start = rawTarget.StartsWith('/') ? 0 : TargetSyntax.PathStart(rawTarget);
        if (start > 0 && (start == rawTarget.Length || rawTarget[start] != '/'))
        {
            rawTarget = $"/{rawTarget.AsSpan(start)}";
            start = 0;
        }

        var query = rawTarget.AsSpan(start).IndexOf('?');
        return new(rawTarget, start, query < 0 ? rawTarget.Length : start + query);
    }

    /// <summary>Returns a target with a different path and the same query.</summary>
    /// <param name="path">The new path, as it is sent.</param>
    /// <returns>The new target.</returns>
    public RequestTarget WithPath(ReadOnlySpan<char> path) => new(string.Concat(path, Query), 0, path.Length);

    /// <summary>Removes the first segment: <c>/api/users/7?a</c> becomes <c>/users/7?a</c>.</summary>
    /// <returns>The new target; its path is <c>/</c> if there was only one segment.</returns>
    public RequestTarget WithoutFirstSegment()
    {
        var second = Path[1..].IndexOf('/') + 1;
        return second == 0 ? WithPath("/") : new(_text!, _start + second, _pathEnd);
    }

    /// <summary>
    /// Removes dot segments, encoded or not (RFC 3986 section 5.2.4), as Kestrel does for <see cref="HttpRequest.Path"/>. The
    /// other segments are unchanged.
    /// </summary>
    /// <returns>The new target; the same target if it has no dot segments.</returns>
    public RequestTarget WithoutDotSegments() => TargetSyntax.HasDotSegment(Path) ? WithPath(TargetSyntax.RemoveDotSegments(Path)) : this;

    /// <summary>Returns the URI at an upstream, which <c>HttpClient</c> sends unchanged.</summary>
    /// <param name="prefix">The upstream's address.</param>
    /// <returns>The address, the path and the query.</returns>
    internal Uri At(string prefix) => new(
        string.Concat(prefix.AsSpan().TrimEnd('/'), PathAndQuery),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
