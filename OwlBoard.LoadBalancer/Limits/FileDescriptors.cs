using System.Globalization;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>How many files, sockets among them, the process may have open.</summary>
internal static class FileDescriptors
{
    private const string ProcessLimits = "/proc/self/limits";
    private const string Name = "Max open files";

    /// <summary>The limit (<c>ulimit -n</c>); <see langword="null"/> where there is none, or the system does not say.</summary>
    public static long? Limit() => OperatingSystem.IsLinux() && File.Exists(ProcessLimits) ? Parse(File.ReadLines(ProcessLimits)) : null;

    /// <summary>Reads <c>proc_pid_limits(5)</c>: a name, the limit, the most that it may be raised to, and the unit.</summary>
    internal static long? Parse(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
        && line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var limit, ..]
        && long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
