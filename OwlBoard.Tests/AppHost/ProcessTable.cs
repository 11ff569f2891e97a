using System.Diagnostics;

namespace OwlBoard.Tests.AppHost;

/// <summary>The processes of the machine.</summary>
internal static class ProcessTable
{
    public static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }
}
