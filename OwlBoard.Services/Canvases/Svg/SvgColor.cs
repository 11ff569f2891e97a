using System.Text.Json;
using System.Text.RegularExpressions;

namespace OwlBoard.Services.Canvases.Svg;

/// <summary>
/// Colours in the notations that cannot be anything else: <c>#rgb</c> to <c>#rrggbbaa</c>, names, <c>rgb(…)</c> and
/// <c>hsl(…)</c> of numbers. <c>url(…)</c> in particular would let a drawing load things.
/// </summary>
internal static partial class SvgColor
{
    public static string? Of(JsonElement shape, params ReadOnlySpan<string> names) =>
        ShapeJson.Text(shape, names) is { } color && Safe().IsMatch(color) ? color : null;

    [GeneratedRegex(@"\A(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}|(?:rgb|rgba|hsl|hsla)\([0-9.,%/ ]{1,40}\))\z")]
    private static partial Regex Safe();
}
