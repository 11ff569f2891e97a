using System.Globalization;

namespace OwlBoard.Services.Canvases.Svg;

internal static class SvgNumber
{
    /// <summary>Never scientific, never with a comma, and no finer than anyone sees.</summary>
    public static string Format(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
