using Aspire.Hosting;
using Aspire.Hosting.Publishing;

namespace OwlBoard.AppHost.Topology;

internal static class RunExtensions
{
    /// <summary>Runs or publishes the application, unless a port that it needs is taken.</summary>
    /// <returns>The exit code of the process; 1 if it could not run, or if publishing failed, for which Aspire returns 0.</returns>
    public static async Task<int> RunAsync(this IDistributedApplicationBuilder builder)
    {
        if (builder.FindTakenPorts() is { } error)
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
