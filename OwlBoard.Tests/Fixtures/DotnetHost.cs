using System.Runtime.InteropServices;

namespace OwlBoard.Tests.Fixtures;

/// <summary>The <c>dotnet</c> that runs the tests, which need not be the one on the PATH.</summary>
internal static class DotnetHost
{
    // The runtime is in shared/Microsoft.NETCore.App/VERSION/ beside it.
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
