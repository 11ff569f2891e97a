using System.Globalization;
using System.Runtime.InteropServices;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>Signals to other processes, which .NET can receive but not send.</summary>
internal static partial class Signals
{
    // The same numbers on Linux and macOS (POSIX kill utility).
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>
    /// Whether processes started from here ignore SIGINT, as those of a shell's background job do: they inherit it. Known
    /// on Linux only (proc(5), <c>SigIgn</c>, a hexadecimal mask with signal 1 in its lowest bit).
    /// </summary>
    public static bool InterruptIsIgnored()
    {
        const string Key = "SigIgn:";
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) is { } line
            && ulong.TryParse(line.AsSpan(Key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask)
            && (mask & (1UL << (Interrupt - 1))) != 0;
    }

    /// <returns>Whether the signal was delivered; never on Windows, which has none.</returns>
    public static bool Send(int processId, int signal) => !OperatingSystem.IsWindows() && Kill(processId, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
