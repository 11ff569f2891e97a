using System.Diagnostics.CodeAnalysis;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Comments;

/// <summary>A comment's id in a path: 24 hex digits.</summary>
internal readonly record struct CommentId(string Value) : IParsable<CommentId>
{
    public static CommentId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a comment id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CommentId result)
    {
        result = new(s?.ToLowerInvariant() ?? "");
        return HexId.IsValid(s);
    }

    public override string ToString() => Value;
}
