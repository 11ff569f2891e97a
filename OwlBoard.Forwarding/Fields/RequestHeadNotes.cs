using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// What decoding a request's head found that the parsed request does not show, or that is rare enough to be looked for only
/// then. It goes from Kestrel's parser to the pipeline in the execution context, which both share over HTTP/1.1 and which
/// Kestrel restores before the next request. Over HTTP/2 the pipeline runs in another one, and always looks.
/// </summary>
/// <param name="Connection">The lines of <c>Connection</c> that are more than one option known to Kestrel.</param>
internal sealed record RequestHeadNotes(StringValues Connection)
{
    private static readonly AsyncLocal<RequestHeadNotes?> Notes = new();

    private static readonly RequestHeadNotes Empty = new(default(StringValues));

    /// <summary>What was found; <see langword="null"/> for nearly all requests.</summary>
    public static RequestHeadNotes? Current => Notes.Value;

    /// <summary>Notes that the fields have to be looked through.</summary>
    public static void Mark() => Notes.Value ??= Empty;

    /// <summary>Notes a line of <c>Connection</c>.</summary>
    public static void AddConnection(string line) =>
        Notes.Value = new(StringValues.Concat(Notes.Value?.Connection ?? default, line));
}
