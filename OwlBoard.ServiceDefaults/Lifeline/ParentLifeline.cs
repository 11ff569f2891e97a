using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.Lifeline;

/// <summary>
/// Ends the program when the engine that started it is gone, even by <c>kill -9</c>: the engine holds the other end of
/// standard input and the kernel closes it. Active when <c>OWLBOARD_LIFELINE=stdin</c>.
/// </summary>
internal sealed partial class ParentLifeline(ILogger<ParentLifeline> logger) : IHostedService
{
    public const string Variable = "OWLBOARD_LIFELINE";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: reading standard input blocks, and cancellation cannot interrupt it.
        new Thread(WatchStandardInput) { IsBackground = true, Name = "Lifeline" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WatchStandardInput()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0)
        {
        }

        LogParentGone();
        // Nobody is left to read what an orderly shutdown would say, and the ports must be free within seconds.
        Environment.Exit(0);
    }

    [LoggerMessage(1, LogLevel.Warning, "The AppHost that started this program is gone: stopping")]
    private partial void LogParentGone();
}
