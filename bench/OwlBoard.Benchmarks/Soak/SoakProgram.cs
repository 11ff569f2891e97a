namespace OwlBoard.Benchmarks.Soak;

/// <summary>The command <c>soak</c>.</summary>
internal static class SoakProgram
{
    /// <summary>Runs the command if the arguments name it.</summary>
    /// <returns>The exit code; <see langword="null"/> if the arguments name another command.</returns>
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
