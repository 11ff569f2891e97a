using System.Buffers;

namespace OwlBoard.Forwarding.Targets;

/// <summary>The rules for request targets (RFC 9112 section 3.2) and for paths that two servers could read differently.</summary>
internal static class TargetSyntax
{
    private const string Visible = "!\"$&'()*+,-/0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>The characters that need no further check.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(Visible);

    /// <summary>ASCII without control characters, space and <c>#</c>: a target has no fragment, but some servers accept one.</summary>
    private static readonly SearchValues<char> Allowed = SearchValues.Create($"{Visible}%.\\");

    private static readonly SearchValues<char> DotOrPercent = SearchValues.Create(".%");

    /// <summary>Returns a value that indicates whether a target is in origin form and needs no <see cref="FindFault"/>.</summary>
    public static bool IsPlain(ReadOnlySpan<char> target) =>
        !target.IsEmpty && target[0] == '/' && !target.ContainsAnyExcept(Plain);

    /// <summary>Returns the start of the path of an absolute-form target, which may be its end; 0 for all other forms.</summary>
    public static int PathStart(ReadOnlySpan<char> target)
    {
        var authority = AuthorityStart(target);
        if (authority == 0)
        {
            return 0;
        }

        var length = target[authority..].IndexOfAny('/', '?', '#');
        return length < 0 ? target.Length : authority + length;
    }

    /// <summary>Returns the authority of an absolute-form target; empty for all other forms.</summary>
    public static ReadOnlySpan<char> AuthorityOf(ReadOnlySpan<char> target) => target[AuthorityStart(target)..PathStart(target)];

    /// <summary>Returns the reason to refuse a target in origin or absolute form.</summary>
    /// <returns>The reason, for the client; <see langword="null"/> if there is none.</returns>
    public static string? FindFault(string target)
    {
        if (target.AsSpan().ContainsAnyExcept(Allowed))
        {
            return "The request target has a control character, a space, a '#' or a non-ASCII byte that is not percent-encoded.";
        }

        var path = RequestTarget.Parse(target).Path;
        if (!target.StartsWith('/'))
        {
            if (!Authority.IsValid(AuthorityOf(target)))
            {
                return "The request target is neither a path nor a valid http or https URI.";
            }

            if (path.Contains('\\') || HasEncodedSeparator(path))
            {
                return "The path of a request target in absolute form has a backslash or an encoded slash.";
            }
        }

        return !IsPercentEncoded(path) ? "The path has a percent sign that is not followed by two hexadecimal digits, or an encoded NUL."
            : LeavesRoot(path, isEverySeparator: false) || LeavesRoot(path, isEverySeparator: true) ? "The path leads above the root with '..' segments."
            : null;
    }

    /// <summary>Returns a value that indicates whether a path has a <c>.</c> or <c>..</c> segment.</summary>
    public static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        if (!path.ContainsAny(DotOrPercent))
        {
            return false;
        }

        foreach (var segment in path.Split('/'))
        {
            if (DotsOf(path[segment]) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes dot segments from a path that begins with a slash.</summary>
    public static ReadOnlySpan<char> RemoveDotSegments(ReadOnlySpan<char> path)
    {
        var kept = new char[path.Length];
        var length = 0;
        while (!path.IsEmpty)
        {
            var next = path[1..].IndexOf('/') + 1;
            var isLast = next == 0;
            var segment = isLast ? path : path[..next];
            path = path[segment.Length..];
            var dots = DotsOf(segment[1..]);
            if (dots == 0)
            {
                segment.CopyTo(kept.AsSpan(length));
                length += segment.Length;
                continue;
            }

            if (dots == 2)
            {
                length = Math.Max(0, kept.AsSpan(0, length).LastIndexOf('/'));
            }

            if (isLast)
            {
                kept[length++] = '/';
            }
        }

        return kept.AsSpan(0, length);
    }

    private static int AuthorityStart(ReadOnlySpan<char> target) =>
        target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length
        : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length
        : 0;

    private static bool IsPercentEncoded(ReadOnlySpan<char> path)
    {
        for (var percent = path.IndexOf('%'); percent >= 0; percent = path.IndexOf('%'))
        {
            path = path[(percent + 1)..];
            if (path.Length < 2 || !char.IsAsciiHexDigit(path[0]) || !char.IsAsciiHexDigit(path[1]) || path.StartsWith("00"))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasEncodedSeparator(ReadOnlySpan<char> path) =>
        path.Contains("%2F", StringComparison.OrdinalIgnoreCase) || path.Contains("%5C", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns a value that indicates whether <c>..</c> segments lead above the root at any point. Not all servers stop at the
    /// root as Kestrel does.
    /// </summary>
    /// <param name="path">A path that begins with a slash.</param>
    /// <param name="isEverySeparator">
    /// Indicates whether to read the path like servers that decode it before they split it, treat a backslash as a slash, and
    /// merge slashes.
    /// </param>
    private static bool LeavesRoot(ReadOnlySpan<char> path, bool isEverySeparator)
    {
        var depth = 0;
        while (!path.IsEmpty)
        {
            path = path[SeparatorAt(path, isEverySeparator)..];
            var length = 0;
            while (length < path.Length && SeparatorAt(path[length..], isEverySeparator) == 0)
            {
                length++;
            }

            depth += DotsOf(path[..length]) switch
            {
                2 => -1,
                1 => 0,
                _ => length == 0 && isEverySeparator ? 0 : 1,
            };
            if (depth < 0)
            {
                return true;
            }

            path = path[length..];
        }

        return false;
    }

    /// <summary>Returns the length of the separator that a text begins with; 0 if it begins with none.</summary>
    private static int SeparatorAt(ReadOnlySpan<char> text, bool isEverySeparator) => text[0] switch
    {
        '/' => 1,
        '\\' when isEverySeparator => 1,
        '%' when isEverySeparator && text.Length > 2 && HasEncodedSeparator(text[..3]) => 3,
        _ => 0,
    };

    /// <summary>Returns 1 for <c>.</c>, 2 for <c>..</c>, each dot encoded or not, and 0 for any other segment.</summary>
    private static int DotsOf(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (!segment.IsEmpty && dots < 3)
        {
            if (segment[0] == '.')
            {
                segment = segment[1..];
            }
            else if (segment.StartsWith("%2E", StringComparison.OrdinalIgnoreCase))
            {
                segment = segment[3..];
            }
            else
            {
                return 0;
            }

            dots++;
        }

        return dots < 3 ? dots : 0;
    }
}
