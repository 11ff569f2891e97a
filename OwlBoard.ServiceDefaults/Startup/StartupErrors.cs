using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>
/// Runs a program so that what its operator can mend (a bad setting, a port that is taken) ends it with exit code 1
/// and a line that says what to mend. A stack trace is for faults of the program, which still come with one.
/// </summary>
public static class StartupErrors
{
    /// <summary>What validation by attributes puts around the message of the attribute.</summary>
    private const string AttributePreamble = " with the error: '";

    /// <summary>Builds the application, checks its settings and runs it to its end.</summary>
    /// <param name="build">Builds the application.</param>
    /// <returns>0, or 1 after a line on standard error for each thing to mend.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        ArgumentNullException.ThrowIfNull(build);

        try
        {
            var host = build();
            // The host would do this when it starts, and log a stack trace before anyone can catch it.
            host.Services.GetService<IStartupValidator>()?.Validate();
            await host.RunAsync();
            return 0;
        }
        catch (Exception failure) when (Describe(failure) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
            {
                await Console.Error.WriteLineAsync(line);
            }

            return 1;
        }
    }

    private static List<string> Describe(Exception failure) => failure switch
    {
        OptionsValidationException invalid => [.. invalid.Failures.Select(Unwrap)],
        AggregateException several => [.. several.InnerExceptions.SelectMany(Describe)],
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => [unreadable.Message],
        // Kestrel: "Failed to bind to address http://127.0.0.1:8000: address already in use."
        IOException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } unbound => [unbound.Message],
        { InnerException: { } inner } => Describe(inner),
        _ => [],
    };

    private static string Unwrap(string failure)
    {
        var start = failure.IndexOf(AttributePreamble, StringComparison.Ordinal);
        return start < 0 ? failure : failure[(start + AttributePreamble.Length)..].TrimEnd('.').TrimEnd('\'');
    }
}
