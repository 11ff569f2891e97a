using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Decodes <c>Connection</c> and records its value. If it contains an option that Kestrel knows, Kestrel replaces the whole
/// value by that option, and the other fields named there would be forwarded (RFC 9110 section 7.6.1).
/// </summary>
internal sealed class ConnectionFieldEncoding() : FieldEncoding(FieldSyntax.ControlCharacters)
{
    public static readonly ConnectionFieldEncoding Instance = new();

    /// <summary>Returns a value that indicates whether the value is exactly one of the options that Kestrel knows.</summary>
    public static bool IsKnownOption(ReadOnlySpan<char> value) =>
        value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || value.Equals("close", StringComparison.OrdinalIgnoreCase)
        || value.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    protected override int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var count = base.Decode(bytes, chars);
        if (!IsKnownOption(chars[..count]))
        {
            RequestHeadFindings.AddConnection(new string(chars[..count]));
        }

        return count;
    }
}
