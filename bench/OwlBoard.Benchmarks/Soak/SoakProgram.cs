namespace OwlBoard.Benchmarks.Soak;

/// <summary>The command <c>soak</c>.</summary>
internal static class SoakProgram
{
    /// <summary>Runs it if the arguments ask for it.</summary>
    /// <returns>The exit code; <see langword="null"/> if they do not.</returns>
    public static async Task<int?> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["soak", .. var options])
        {
            return null;
        }

        if (!SoakSettings.TryParse(options, out var settings, out var message))
        {
            await Console.Error.WriteLineAsync(message);
            return 2;
        }

        return await new SoakRun(settings).RunAsync(cancellationToken);
    }
}
