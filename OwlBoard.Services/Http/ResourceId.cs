using System.Diagnostics.CodeAnalysis;

namespace OwlBoard.Services.Http;

/// <summary>An identifier issued by another service, in a path or a query: opaque text of 1 to 128 characters.</summary>
internal readonly record struct ResourceId(string Value) : IParsable<ResourceId>
{
    public const int MaxLength = 128;

    public static ResourceId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an identifier.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ResourceId result)
    {
        result = new(s ?? "");
        return IsValid(s);
    }

    public static bool IsValid([NotNullWhen(true)] string? value) =>
        value is not null
        && TextAttribute.IsValidText(value, 1, MaxLength)
        && !value.AsSpan().ContainsAnyInRange('\0', '\u001f');

    public override string ToString() => Value;
}
