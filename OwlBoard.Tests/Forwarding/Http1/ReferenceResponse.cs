using System.Globalization;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>A response head read by <see cref="ReferenceReader"/>.</summary>
internal sealed record ReferenceResponse(int Status, bool IsHttp10, string Reason, List<KeyValuePair<string, string>> Fields)
{
    public int HeadLength { get; init; }

    /// <summary>
    /// Returns the framing of the body: "chunked", "none", "close", or its length (RFC 9112 section 6.3).
    /// </summary>
    /// <exception cref="FormatException">The framing fields are contradictory or invalid.</exception>
    public string Framing(bool isHead)
    {
        var lengths = Values("Content-Length");
        var codings = Values("Transfer-Encoding");
        Refuse(lengths.Length > 1 || lengths.Any(length => length.Length is 0 or > 18 || !length.All(char.IsAsciiDigit)));
        Refuse(codings.Length > 1 || codings.Any(coding => !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)));
        Refuse(codings.Length > 0 && (lengths.Length > 0 || IsHttp10));
        var length = lengths.Length > 0 ? long.Parse(lengths[0], CultureInfo.InvariantCulture) : (long?)null;
        return isHead || Status is 204 or 205 or 304 ? "none"
            : codings.Length > 0 ? "chunked"
            : length?.ToString(CultureInfo.InvariantCulture) ?? "close";
    }

    /// <summary>Returns a value that indicates whether the connection can be reused (RFC 9112 section 9.3).</summary>
    public bool Persists()
    {
        var options = Values("Connection").SelectMany(value => value.Split(',')).Select(option => option.Trim(' ', '\t').ToLowerInvariant()).ToList();
        // A body that these statuses must not have would be read as the next response.
        var mayHaveStrayBody = Status is 204 or 205
            && (Values("Transfer-Encoding").Length > 0 || Values("Content-Length").Any(length => length.Any(digit => digit != '0')));
        return !options.Contains("close") && (!IsHttp10 || options.Contains("keep-alive")) && !mayHaveStrayBody;
    }

    private string[] Values(string name) =>
        [.. Fields.Where(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    private static void Refuse(bool isWrong)
    {
        if (isWrong)
        {
            throw new FormatException("The framing of the body is ambiguous.");
        }
    }
}
