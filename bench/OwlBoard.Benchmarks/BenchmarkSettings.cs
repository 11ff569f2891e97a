using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OwlBoard.Benchmarks.Cases;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks;

/// <summary>The settings of a benchmark run.</summary>
internal sealed class BenchmarkSettings
{
    private const int GreatestRounds = 100;

    /// <summary>The cases to run.</summary>
    public required IReadOnlyList<BenchmarkCase> Cases { get; init; }

    /// <summary>The peers to compare.</summary>
    public required IReadOnlyList<Peer> Peers { get; init; }

    /// <summary>The number of measurements of each peer in a case without <see cref="BenchmarkCase.Repetitions"/>.</summary>
    public required int Rounds { get; init; }

    /// <summary>The duration of a measurement that is not divided into <see cref="BenchmarkCase.Slices"/>.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>
    /// The time for which a peer with a JIT compiler is under load before the first round; see <see cref="WarmUpOf"/>. After
    /// 8 s, the JIT compiler was still one of the main causes of latency.
    /// </summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The processor that the proxies run on. Everything else runs on the harness's processors.</summary>
    public required int ProxyCpu { get; init; }

    /// <summary>The folder with the published programs.</summary>
    public required string Programs { get; init; }

    /// <summary>The folder that the results are written to.</summary>
    public required string Output { get; init; }

    /// <summary>Returns the number of measurements of each peer in the case.</summary>
    public int RoundsOf(BenchmarkCase which) => Rounds * which.Repetitions * which.Slices;

    /// <summary>Returns the duration of one measurement in the case.</summary>
    public TimeSpan WindowOf(BenchmarkCase which) => Window / which.Slices;

    /// <summary>
    /// Returns the <see cref="WarmUp"/> of the case: twice as long if differences of a few percent matter. The JIT compiler took
    /// 1.7 % of a busy processor from the 14th second to the 20th, and 0.03 % from the 34th on.
    /// </summary>
    public TimeSpan WarmUpOf(BenchmarkCase which) => which.Repetitions > 1 ? WarmUp * 2 : WarmUp;

    /// <summary>Parses the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="settings">The settings in them.</param>
    /// <param name="message">The error in the arguments, or the usage.</param>
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
                message = args[i] is "--help" or "-h" ? HowToUse() : $"{args[i]} is not an option, or lacks its value.\n\n{HowToUse()}";
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
                message = $"{args[i - 1]} is {message}";
                return false;
            }
        }

        if (proxyCpu is null || programs is null)
        {
            message = "Start it as bench/run, which builds the programs and assigns the processors.";
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

        return $"'{value}'; it must be one of {string.Join(", ", all.Select(name))}.";
    }

    private static string? Number(string value, int least, int greatest, out int? number)
    {
        number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return number >= least && number <= greatest ? null : $"'{value}'; it must be between {least} and {greatest}.";
    }

    private static string? Set(string value, out string? setting)
    {
        setting = value;
        return null;
    }

    private static string HowToUse() =>
        $"""
        Usage: bench/run [--quick] [--case NAME]... [--peer NAME]... [--rounds N] [--output DIRECTORY]

          --quick      one short round of everything, which checks that it works; the results are not meaningful
          --case       only this case (may be repeated): {string.Join(", ", BenchmarkCase.All.Select(one => one.Name))}
          --peer       only this peer (may be repeated): {string.Join(", ", Peer.All.Select(one => one.Name))}
          --rounds     rounds of each case; default 5
          --output     the folder of RESULTS.md and RESULTS.svg; default bench for a complete run,
                       artifacts/bench with --quick, --case or --peer
        """;
}
