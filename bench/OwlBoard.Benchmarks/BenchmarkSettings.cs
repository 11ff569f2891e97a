using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OwlBoard.Benchmarks.Cases;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks;

/// <summary>What is run, for how long, and where.</summary>
internal sealed class BenchmarkSettings
{
    private const int GreatestRounds = 100;

    /// <summary>The cases to run.</summary>
    public required IReadOnlyList<BenchmarkCase> Cases { get; init; }

    /// <summary>The peers to compare.</summary>
    public required IReadOnlyList<Peer> Peers { get; init; }

    /// <summary>How often each peer is measured in a case without <see cref="BenchmarkCase.Repetitions"/>.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long one measurement lasts where it is not cut into <see cref="BenchmarkCase.Slices"/>.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>
    /// How long a peer that compiles itself while it runs is under load before the first round; see <see cref="WarmUpOf"/>.
    /// After 8 s, .NET's compiler was still among what delayed requests most.
    /// </summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The processor that the proxies run on; everything else runs where the harness does.</summary>
    public required int ProxyCpu { get; init; }

    /// <summary>The folder with the published programs.</summary>
    public required string Programs { get; init; }

    /// <summary>The folder that the results are written to.</summary>
    public required string Output { get; init; }

    /// <summary>How often each peer is measured in the case.</summary>
    public int RoundsOf(BenchmarkCase which) => Rounds * which.Repetitions * which.Slices;

    /// <summary>How long one measurement lasts in the case.</summary>
    public TimeSpan WindowOf(BenchmarkCase which) => Window / which.Slices;

    /// <summary>
    /// The <see cref="WarmUp"/> in the case: twice as long where a few per cent matter. .NET's compiler took 1.7 % of a busy processor from the
    /// 14th second to the 20th, and 0.03 % from the 34th on.
    /// </summary>
    public TimeSpan WarmUpOf(BenchmarkCase which) => which.Repetitions > 1 ? WarmUp * 2 : WarmUp;

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="settings">What they say.</param>
    /// <param name="message">What is wrong with them, or how to use the program.</param>
    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out BenchmarkSettings? settings, [NotNullWhen(false)] out string? message)
    {
        settings = null;
        var quick = false;
        var (cases, peers) = (new List<BenchmarkCase>(), new List<Peer>());
        var (rounds, proxyCpu, programs, output) = ((int?)null, (int?)null, (string?)null, (string?)null);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
            {
                quick = true;
                continue;
            }

            if (args[i] is not ("--case" or "--peer" or "--rounds" or "--output" or "--proxy-cpu" or "--programs") || i + 1 == args.Length)
            {
                message = args[i] is "--help" or "-h" ? HowToUse() : $"{args[i]} is no option, or lacks its value.\n\n{HowToUse()}";
                return false;
            }

            var value = args[++i];
            message = args[i - 1] switch
            {
                "--case" => Choose(value, BenchmarkCase.All, one => one.Name, cases),
                "--peer" => Choose(value, Peer.All, one => one.Name, peers),
                "--rounds" => Number(value, 1, GreatestRounds, out rounds),
                "--proxy-cpu" => Number(value, 0, 4096, out proxyCpu),
                "--programs" => Set(value, out programs),
                _ => Set(value, out output),
            };
            if (message is not null)
            {
                message = $"{args[i - 1]}: {message}";
                return false;
            }
        }

        if (proxyCpu is null || programs is null)
        {
            message = "Start it as bench/run, which builds the programs and says which processor is whose.";
            return false;
        }

        message = null;
        settings = new BenchmarkSettings
        {
            Cases = cases.Count > 0 ? cases : BenchmarkCase.All,
            Peers = peers.Count > 0 ? peers : Peer.All,
            Rounds = rounds ?? (quick ? 1 : 5),
            Window = TimeSpan.FromSeconds(quick ? 1 : 3),
            WarmUp = TimeSpan.FromSeconds(quick ? 2 : 16),
            ProxyCpu = proxyCpu.Value,
            Programs = programs,
            Output = output ?? (quick || cases.Count > 0 || peers.Count > 0 ? Path.Combine("artifacts", "bench") : "bench"),
        };
        return true;
    }

    private static string? Choose<T>(string value, IReadOnlyList<T> all, Func<T, string> name, List<T> chosen)
    {
        if (all.FirstOrDefault(one => name(one) == value) is { } known)
        {
            chosen.Add(known);
            return null;
        }

        return $"'{value}' is not known. Allowed are {string.Join(", ", all.Select(name))}.";
    }

    private static string? Number(string value, int least, int greatest, out int? number)
    {
        number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return number >= least && number <= greatest ? null : $"'{value}' is not allowed. Allowed are numbers from {least} to {greatest}.";
    }

    private static string? Set(string value, out string? setting)
    {
        setting = value;
        return null;
    }

    private static string HowToUse() =>
        $"""
        Usage: bench/run [--quick] [--case NAME]... [--peer NAME]... [--rounds N] [--output DIRECTORY]

          --quick      one short round of everything: whether it works, not how fast it is
          --case       only this case (may be repeated): {string.Join(", ", BenchmarkCase.All.Select(one => one.Name))}
          --peer       only this peer (may be repeated): {string.Join(", ", Peer.All.Select(one => one.Name))}
          --rounds     rounds for each case, default 5
          --output     where RESULTS.md and RESULTS.svg go; default bench for a complete run,
                       artifacts/bench for one that --quick, --case or --peer cut short
        """;
}
