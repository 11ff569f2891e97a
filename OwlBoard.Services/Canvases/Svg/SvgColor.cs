using System.Text.Json;
using System.Text.RegularExpressions;

namespace OwlBoard.Services.Canvases.Svg;

/// <summary>
/// Reads colors in unambiguous notations: <c>#rgb</c> to <c>#rrggbbaa</c>, names, and <c>rgb(…)</c> and <c>hsl(…)</c> with
/// numbers. <c>url(…)</c> is rejected, because it would let a drawing load resources.
/// </summary>
internal static partial class SvgColor
{
    public static string? Of(JsonElement shape, params ReadOnlySpan<string> names) =>
        ShapeJson.Text(shape, names) is { } color && Safe().IsMatch(color) ? color : null;

    [GeneratedRegex(@"\A(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}|(?:rgb|rgba|hsl|hsla)\([0-9.,%/ ]{1,40}\))\z")]
    private static partial Regex Safe();
}
