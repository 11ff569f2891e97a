using System.Runtime.InteropServices;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Sends signals to processes without the program <c>kill</c>, which some machines lack.</summary>
internal static class ProcessSignals
{
    /// <param name="processId">The process ID.</param>
    /// <param name="name">The name as for <c>kill</c>: <c>TERM</c>, <c>STOP</c> and so on.</param>
    public static void Send(int processId, string name)
    {
        var number = name switch
        {
            "INT" => 2,
            "TERM" => 15,
            "CONT" => OperatingSystem.IsMacOS() ? 19 : 18,
            "STOP" => OperatingSystem.IsMacOS() ? 17 : 19,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The signal is not supported."),
        };
        Assert.True(Kill(processId, number) == 0, $"Signal {name} could not be sent to process {processId}.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
