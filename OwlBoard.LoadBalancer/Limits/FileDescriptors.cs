using System.Globalization;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The limit of open files of the process. Sockets count as files.</summary>
internal static class FileDescriptors
{
    private const string ProcessLimits = "/proc/self/limits";
    private const string Name = "Max open files";

    /// <summary>Returns the limit (<c>ulimit -n</c>); <see langword="null"/> if there is none or it is unknown.</summary>
    public static long? Limit() => OperatingSystem.IsLinux() && File.Exists(ProcessLimits) ? Parse(File.ReadLines(ProcessLimits)) : null;

    /// <summary>Parses <c>proc_pid_limits(5)</c>: name, soft limit, hard limit and unit.</summary>
    internal static long? Parse(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
        && line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var limit, ..]
        && long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
