using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>The settings of a soak.</summary>
internal sealed class SoakSettings
{
    private const int DefaultMinutes = 30;
    private const int MostMinutes = 24 * 60;

    public required int Minutes { get; init; }

    /// <summary>The folder with the published programs.</summary>
    public required string Programs { get; init; }

    /// <summary>Parses the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="message">The error in the arguments, or the usage.</param>
    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out SoakSettings? settings, [NotNullWhen(false)] out string? message)
    {
        settings = null;
        var (minutes, programs) = (DefaultMinutes, "");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            if (args[i] == "--programs" && value.Length > 0)
            {
                programs = value;
            }
            else if (args[i] != "--minutes"
                || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out minutes)
                || minutes is < 1 or > MostMinutes)
            {
                message = $"Usage: bench/soak [--minutes N]\n\n  --minutes    the duration, from 1 to {MostMinutes}; default {DefaultMinutes}";
                return false;
            }
        }

        message = programs.Length == 0 ? "Start it as bench/soak, which builds the programs." : null;
        settings = message is null ? new SoakSettings { Minutes = minutes, Programs = programs } : null;
        return settings is not null;
    }
}
