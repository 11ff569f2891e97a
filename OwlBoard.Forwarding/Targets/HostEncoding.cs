using OwlBoard.Forwarding.Fields;

namespace OwlBoard.Forwarding.Targets;

/// <summary>
/// Decodes <c>Host</c> or <c>:authority</c> without the colon of an empty port. Kestrel refuses a host with an empty port,
/// which RFC 3986 section 3.2.3 allows, and it decodes the value with this encoding before it validates it.
/// </summary>
internal sealed class HostEncoding() : FieldEncoding(NotVisible)
{
    public static readonly HostEncoding Instance = new();

    protected override int CountOf(ReadOnlySpan<byte> bytes) => LengthOf(bytes);

    protected override int Decode(ReadOnlySpan<byte> bytes, Span<char> chars) => base.Decode(bytes[..LengthOf(bytes)], chars);

    /// <summary>Returns the number of bytes to decode.</summary>
    private static int LengthOf(ReadOnlySpan<byte> value) => value.Length > 1 && value[^1] == ':' ? value.Length - 1 : value.Length;
}
