using System.Globalization;

namespace OwlBoard.Services.Canvases.Svg;

internal static class SvgNumber
{
    /// <summary>Formats a number without exponent, with a decimal point and at most three decimals.</summary>
    public static string Format(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
