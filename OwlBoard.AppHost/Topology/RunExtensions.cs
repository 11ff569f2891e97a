using Aspire.Hosting;
using Aspire.Hosting.Publishing;

namespace OwlBoard.AppHost.Topology;

internal static class RunExtensions
{
    /// <summary>Runs or publishes the application, unless a required port is in use.</summary>
    /// <returns>The exit code; 1 if the application could not run or publishing failed, for which Aspire returns 0.</returns>
    public static async Task<int> RunAsync(this IDistributedApplicationBuilder builder)
    {
        if (builder.FindPortsInUse() is { } error)
        {
            await Console.Error.WriteLineAsync(error);
            return 1;
        }

        var failed = false;
        builder.Eventing.Subscribe<BeforePublishEvent>((_, _) =>
        {
            failed = true;
            return Task.CompletedTask;
        });
        builder.Eventing.Subscribe<AfterPublishEvent>((_, _) =>
        {
            failed = false;
            return Task.CompletedTask;
        });
        await builder.Build().RunAsync();
        return failed ? 1 : Environment.ExitCode;
    }
}
