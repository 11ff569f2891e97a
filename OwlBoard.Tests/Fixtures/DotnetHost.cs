using System.Runtime.InteropServices;

namespace OwlBoard.Tests.Fixtures;

/// <summary>The <c>dotnet</c> host that runs the tests, which may differ from the one on the PATH.</summary>
internal static class DotnetHost
{
    // The runtime is in shared/Microsoft.NETCore.App/VERSION/ next to the host.
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
