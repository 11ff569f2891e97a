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
    /// Starts the program again, after a delay that grows, when it crashes in a local run. A program that is stopped, from
    /// the dashboard or with the application, ends with exit code 0 and is not started again.
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
                    // Not awaited: it would hold up the events of every other resource.
                    _ = RestartAsync(resource, exitCode, backoff.NextDelay(), stopped.Services);
                }

                return Task.CompletedTask;
            });
        }

        return builder;
    }

    /// <summary>
    /// Makes a local run end within seconds. No load balancer of another host has to notice that a program drains, and the
    /// dashboard ends with the programs, which would try for 10 s to export their last telemetry to it.
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
            // The application stops.
        }
        catch (Exception exception)
        {
            LogRestartFailed(logger, resource.Name, exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Resource} ended with exit code {ExitCode}; starting it again in {Delay:0.##} s.")]
    private static partial void LogRestart(ILogger logger, string resource, int exitCode, double delay);

    [LoggerMessage(2, LogLevel.Error, "{Resource} could not be started again: {Reason}")]
    private static partial void LogRestartFailed(ILogger logger, string resource, string reason);
}
