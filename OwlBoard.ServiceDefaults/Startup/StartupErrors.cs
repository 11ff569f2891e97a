using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>
/// Runs a program so that a start-up error that the operator can fix (an invalid setting, a port in use) ends it with exit
/// code 1 and one line per error. Other faults still produce a stack trace.
/// </summary>
public static class StartupErrors
{
    /// <summary>The text that precedes the attribute's message in a failure of data annotations.</summary>
    private const string AttributePreamble = " with the error: '";

    /// <summary>Builds the application, validates its settings and runs it until it stops.</summary>
    /// <param name="build">Builds the application.</param>
    /// <returns>0, or 1 after one line per error on standard error.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        ArgumentNullException.ThrowIfNull(build);

        try
        {
            var host = build();
            // The host validates at start too, but logs a stack trace before the exception can be caught.
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
