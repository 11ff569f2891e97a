using System.Runtime.InteropServices;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>Signals to other processes, which .NET can receive but not send.</summary>
internal static partial class Signals
{
    // The same numbers on Linux and macOS (POSIX kill utility).
    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <returns>Whether the signal was delivered; never on Windows, which has none.</returns>
    public static bool Send(int processId, int signal) => !OperatingSystem.IsWindows() && Kill(processId, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
