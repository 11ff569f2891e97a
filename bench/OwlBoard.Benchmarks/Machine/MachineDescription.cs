using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace OwlBoard.Benchmarks.Machine;

/// <summary>The machine and the software versions of a run.</summary>
internal static class MachineDescription
{
    public static IReadOnlyList<string> Lines() =>
    [
        $"{Field("/proc/cpuinfo", "model name")}, {Cpus()} processors, {MemoryGigabytes()} GB of memory",
        $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.ProcessArchitecture}",
        $".NET {Environment.Version}; {FirstLine("nginx", "-v")}; {FirstLine("haproxy", "-v")}; {FirstLine("wrk", "-v")}",
    ];

    private static int Cpus() => File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal));

    private static string MemoryGigabytes()
    {
        var kilobytes = Field("/proc/meminfo", "MemTotal").Split(' ')[0];
        return (long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024.0 / 1024.0).ToString("0", CultureInfo.InvariantCulture);
    }

    private static string Field(string file, string name) => File.ReadLines(file)
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string FirstLine(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n')[0].Replace("nginx version: ", "", StringComparison.Ordinal).Split(" - ")[0]
            .Split(" [")[0].Split(" Copyright")[0].Trim();
    }
}
