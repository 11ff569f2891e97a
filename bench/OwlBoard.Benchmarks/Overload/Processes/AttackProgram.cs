using System.Globalization;
using OwlBoard.Benchmarks.Overload.Attacks;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>The process of an attack: runs it until the harness stops it, and writes a one-line summary.</summary>
internal static class AttackProgram
{
    /// <summary>The time after which every attack ends, even if the harness does not stop it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Starts the attack in a separate process of low priority.</summary>
    public static ChildProcess Start(Attack attack, AttackTarget target) => ChildProcess.Start(
        niceness: 10,
        OverloadProgram.Attack,
        attack.Name,
        target.Port.ToString(CultureInfo.InvariantCulture),
        target.TlsPort.ToString(CultureInfo.InvariantCulture));

    public static async Task<int> RunAsync(ReadOnlyMemory<string> args, CancellationToken cancellationToken)
    {
        var attack = Attack.All.Single(one => one.Name == args.Span[0]);
        var target = new AttackTarget(
            int.Parse(args.Span[1], CultureInfo.InvariantCulture), int.Parse(args.Span[2], CultureInfo.InvariantCulture));
        using var stop = ChildProcess.UntilInputEnds(Limit, cancellationToken);
        await Console.Out.WriteLineAsync(await attack.RunAsync(target, stop.Token));
        return 0;
    }
}
