using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Decodes <c>Connection</c> and keeps it: where it has one of the options that Kestrel knows, Kestrel replaces all of it
/// by that option, and the fields that it names besides would pass (RFC 9110 section 7.6.1).
/// </summary>
internal sealed class ConnectionFieldEncoding() : FieldEncoding(FieldSyntax.ControlCharacters)
{
    public static readonly ConnectionFieldEncoding Instance = new();

    /// <summary>Whether it is one of the options that Kestrel knows, and nothing besides.</summary>
    public static bool IsKnownOption(ReadOnlySpan<char> value) =>
        value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || value.Equals("close", StringComparison.OrdinalIgnoreCase)
        || value.Equals("upgrade", StringComparison.OrdinalIgnoreCase);

    protected override int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var count = base.Decode(bytes, chars);
        if (!IsKnownOption(chars[..count]))
        {
            RequestHeadNotes.AddConnection(new string(chars[..count]));
        }

        return count;
    }
}
