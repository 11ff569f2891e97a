using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.AppHost.Topology;

internal static partial class RestartExtensions
{
    /// <summary>
    /// Restarts the program with a growing delay when it crashes in a local run. A program that is stopped, from the dashboard or
    /// with the application, exits with code 0 and is not restarted.
    /// </summary>
    public static IResourceBuilder<T> WithRestart<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        if (builder.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            var backoff = new RestartBackoff(TimeProvider.System);
            builder.OnBeforeResourceStarted((_, _, _) =>
            {
                backoff.Started();
                return Task.CompletedTask;
            });
            builder.OnResourceStopped((resource, stopped, cancellationToken) =>
            {
                if (stopped.ResourceEvent.Snapshot.ExitCode is { } exitCode and not 0)
                {
                    // Not awaited, because the delay would block the events of all other resources.
                    _ = RestartAsync(resource, exitCode, backoff.NextDelay(), stopped.Services);
                }

                return Task.CompletedTask;
            });
        }

        return builder;
    }

    /// <summary>
    /// Shortens the shutdown of a local run to seconds. No load balancer of another host must notice the drain, and the
    /// dashboard stops together with the programs, which would otherwise retry the export of telemetry for 10 s.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithFastStop(this IResourceBuilder<ProjectResource> builder) =>
        builder.ApplicationBuilder.ExecutionContext.IsRunMode
            ? builder.WithEnvironment("Drain__Period", "00:00:00").WithEnvironment("OTEL_EXPORTER_OTLP_TIMEOUT", "1000")
            : builder;

    private static async Task RestartAsync(
        IResource resource, int exitCode, TimeSpan delay, IServiceProvider services)
    {
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var logger = services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
        LogRestart(logger, resource.Name, exitCode, delay.TotalSeconds);
        try
        {
            await Task.Delay(delay, stopping);
            var commands = services.GetRequiredService<ResourceCommandService>();
            var result = await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, stopping);
            if (!result.Success)
            {
                LogRestartFailed(logger, resource.Name, result.Message ?? "unknown error");
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The application is stopping.
        }
        catch (Exception exception)
        {
            LogRestartFailed(logger, resource.Name, exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Resource} exited with code {ExitCode}; restarting it in {Delay:0.##} s.")]
    private static partial void LogRestart(ILogger logger, string resource, int exitCode, double delay);

    [LoggerMessage(2, LogLevel.Error, "{Resource} could not be restarted: {Reason}")]
    private static partial void LogRestartFailed(ILogger logger, string resource, string reason);
}
