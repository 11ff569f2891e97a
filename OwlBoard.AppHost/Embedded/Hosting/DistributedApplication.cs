using Microsoft.Extensions.DependencyInjection;
using OwlBoard.AppHost.Embedded.Publishing;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.AppHost.Embedded.Terminal;

namespace Aspire.Hosting;

/// <summary>The application that a builder described.</summary>
internal sealed class DistributedApplication(IDistributedApplicationBuilder builder)
{
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        OneLineErrors.Install();
        return new DistributedApplicationBuilder(args);
    }

    /// <summary>Runs the application until it is told to stop by a signal or the token; or publishes it.</summary>
    /// <param name="cancellationToken">Stops the application.</param>
    /// <returns>A task that ends when every process has ended.</returns>
    /// <exception cref="DistributedApplicationException">It cannot run, and the message says why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            await new Publisher([.. builder.Resources], builder.Configuration, builder.ExecutionContext).RunAsync(cancellationToken);
            return;
        }

        await using var console = RunConsole.Create();
        await using var services = builder.Services.BuildServiceProvider();
        await new ApplicationRunner(
            [.. builder.Resources], builder.ExecutionContext, builder.Configuration, services, console, TimeProvider.System)
            .RunAsync(cancellationToken);
    }
}
