using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Findings from decoding a request head that the parsed request does not show, or that are too rare to search every request
/// for. They pass from Kestrel's parser to the pipeline in the execution context, which both share over HTTP/1.1 and which
/// Kestrel restores before the next request. Over HTTP/2 the pipeline runs in another context, and every request is checked.
/// </summary>
/// <param name="Connection">The lines of <c>Connection</c> that are not exactly one option known to Kestrel.</param>
internal sealed record RequestHeadFindings(StringValues Connection)
{
    private static readonly AsyncLocal<RequestHeadFindings?> Notes = new();

    private static readonly RequestHeadFindings Empty = new(default(StringValues));

    /// <summary>The findings; <see langword="null"/> for nearly all requests.</summary>
    public static RequestHeadFindings? Current => Notes.Value;

    /// <summary>Records that the fields must be checked.</summary>
    public static void Mark() => Notes.Value ??= Empty;

    /// <summary>Records a line of <c>Connection</c>.</summary>
    public static void AddConnection(string line) =>
        Notes.Value = new(StringValues.Concat(Notes.Value?.Connection ?? default, line));
}
