using System.Reflection;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Runs a program from its entry point, in this process.</summary>
internal static class Programs
{
    public static async Task<(int ExitCode, string Error)> RunAsync(Assembly program, params string[] args)
    {
        using var error = StandardError.Capture();
        // The entry point that the compiler generates for an asynchronous program blocks.
        var result = await Task.Run(() => program.EntryPoint!.Invoke(null, [(string[])["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", .. args]]));
        return ((int)result!, error.Text);
    }
}
