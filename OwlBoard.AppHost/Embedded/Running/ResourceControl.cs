using OwlBoard.AppHost.Embedded.Logs;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>What a person may tell a resource to do while the application runs.</summary>
internal sealed class ResourceControl(
    IReadOnlyDictionary<string, ResourceRunner> runners, ResourceLogs logs, TimeProvider time)
{
    /// <summary>How long a resource may take to finish what is in flight before it is killed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private static readonly string[] Commands = ["start", "stop", "restart"];

    /// <summary>Does it, whoever asked for it goes away meanwhile or not.</summary>
    /// <returns><see langword="false"/> if there is no such resource or no such command.</returns>
    public async Task<bool> TryRunAsync(string name, string command)
    {
        if (!runners.TryGetValue(name, out var runner) || !Commands.Contains(command))
        {
            return false;
        }

        logs.Write(new(name, $"{name}: {command}, asked for in the dashboard", IsError: false));
        using var timeIsUp = new CancellationTokenSource(Patience, time);
        await (command switch
        {
            "start" => runner.StartAsync(),
            "stop" => runner.StopAsync(timeIsUp.Token),
            _ => runner.RestartAsync(timeIsUp.Token),
        });
        return true;
    }
}
