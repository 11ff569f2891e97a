using System.Globalization;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>ANSI colours (ECMA-48 SGR), or none.</summary>
internal sealed class Palette(bool isOn)
{
    public const int Red = 31;
    public const int Green = 32;
    public const int Yellow = 33;
    public const int Grey = 90;

    /// <summary>Told apart on dark and light backgrounds, and none of those that mean a state.</summary>
    private static readonly int[] Resources = [36, 35, 34, 96, 95, 94];

    public string Paint(string text, int colour) => isOn
        ? string.Create(CultureInfo.InvariantCulture, $"\e[{colour}m{text}\e[0m")
        : text;

    /// <summary>The colour of the n-th resource.</summary>
    public static int OfResource(int index) => Resources[index % Resources.Length];
}
