using System.Diagnostics.CodeAnalysis;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>A user's name in a query: 1 to 200 characters.</summary>
internal readonly record struct Username(string Value) : IParsable<Username>
{
    public static Username Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not a user name.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Username result)
    {
        result = new(s ?? "");
        return s is not null && TextAttribute.IsValidText(s, 1, ChatLimits.Username);
    }

    public override string ToString() => Value;
}
