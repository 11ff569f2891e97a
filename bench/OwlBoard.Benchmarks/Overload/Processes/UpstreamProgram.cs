using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>The process of a <see cref="StreamingUpstream"/>.</summary>
internal static class UpstreamProgram
{
    /// <summary>The time after which the process exits, even if the harness does not stop it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static ChildProcess Start(IReadOnlyList<int> ports) => ChildProcess.Start(
        niceness: 0, [OverloadProgram.Upstream, .. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))]);

    public static async Task<int> RunAsync(ReadOnlyMemory<string> args, CancellationToken cancellationToken)
    {
        using var stop = ChildProcess.UntilInputEnds(Limit, cancellationToken);
        foreach (var port in args.Span)
        {
            StreamingUpstream.Listen(int.Parse(port, CultureInfo.InvariantCulture));
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }
}
