using OwlBoard.Benchmarks.Overload.Attacks;
using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload;

/// <summary>The commands of <c>bench/overload</c>: the run itself, and the processes that it starts.</summary>
internal static class OverloadProgram
{
    public const string Run = "overload";
    public const string Attack = "overload-attack";
    public const string Upstream = "overload-upstream";

    /// <summary>Runs the command if the arguments name one of these.</summary>
    /// <returns>The exit code; <see langword="null"/> if the arguments name another command.</returns>
    public static async Task<int?> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        switch (args.FirstOrDefault())
        {
            case Run:
                if (OverloadSettings.TryParse(args.AsSpan(1), out var settings, out var message))
                {
                    return await new OverloadRun(settings).RunAsync(cancellationToken);
                }

                await Console.Error.WriteLineAsync(message);
                return 2;
            case Attack:
                return await AttackProgram.RunAsync(args.AsMemory(1), cancellationToken);
            case Upstream:
                return await UpstreamProgram.RunAsync(args.AsMemory(1), cancellationToken);
            default:
                return null;
        }
    }
}
