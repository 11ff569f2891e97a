using System.Buffers;

namespace OwlBoard.Forwarding.Fields;

/// <summary>Decodes the value of a field whose name is not a token, so that the field is refused whatever its value.</summary>
internal sealed class RefusedNameEncoding() : FieldEncoding(SearchValues.Create(ReadOnlySpan<byte>.Empty))
{
    public static readonly RefusedNameEncoding Instance = new();

    protected override int CountOf(ReadOnlySpan<byte> bytes) => 1;

    protected override int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        chars[0] = Refused;
        return 1;
    }
}
