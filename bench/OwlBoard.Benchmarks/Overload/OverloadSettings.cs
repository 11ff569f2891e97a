using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OwlBoard.Benchmarks.Overload.Cases;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks.Overload;

/// <summary>The settings of an overload run.</summary>
internal sealed class OverloadSettings
{
    /// <summary>The proxies that are attacked unless others are chosen.</summary>
    private static readonly string[] DefaultPeers = [Peer.Nginx, "haproxy", Peer.OwlBoard];

    /// <summary>The cases to run.</summary>
    public required IReadOnlyList<OverloadCase> Cases { get; init; }

    /// <summary>The proxies to attack.</summary>
    public required IReadOnlyList<Peer> Peers { get; init; }

    /// <summary>The processor that the proxies run on. Everything else runs on the harness's processors.</summary>
    public required int ProxyCpu { get; init; }

    /// <summary>The folder with the published programs.</summary>
    public required string Programs { get; init; }

    /// <summary>The folder that the results are written to.</summary>
    public required string Output { get; init; }

    /// <summary>Parses the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="settings">The settings in them.</param>
    /// <param name="message">The error in the arguments, or the usage.</param>
    public static bool TryParse(
        ReadOnlySpan<string> args, [NotNullWhen(true)] out OverloadSettings? settings, [NotNullWhen(false)] out string? message)
    {
        settings = null;
        message = null;
        var (cases, peers) = (new List<OverloadCase>(), new List<Peer>());
        var (proxyCpu, programs, output) = ((int?)null, (string?)null, (string?)null);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || args[i] is not ("--case" or "--peer" or "--output" or "--proxy-cpu" or "--programs"))
            {
                message = args[i] is "--help" or "-h" ? HowToUse() : $"{args[i]} is not an option, or lacks its value.\n\n{HowToUse()}";
                return false;
            }

            var value = args[i + 1];
            switch (args[i])
            {
                case "--case" when OverloadCase.All.FirstOrDefault(one => one.Name == value) is { } which:
                    cases.Add(which);
                    break;
                case "--case":
                    message = $"--case is '{value}'; it must be one of {Names(OverloadCase.All)}.";
                    return false;
                case "--peer" when Peer.All.FirstOrDefault(one => one.Name == value) is { } peer:
                    peers.Add(peer);
                    break;
                case "--peer":
                    message = $"--peer is '{value}'; it must be one of {string.Join(", ", Peer.All.Select(one => one.Name))}.";
                    return false;
                case "--proxy-cpu" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var cpu):
                    proxyCpu = cpu;
                    break;
                case "--proxy-cpu":
                    message = $"--proxy-cpu is '{value}'; it must be the number of a processor.";
                    return false;
                case "--programs":
                    programs = Path.GetFullPath(value);
                    break;
                default:
                    output = value;
                    break;
            }
        }

        if (proxyCpu is null || programs is null)
        {
            message = "Start it as bench/overload, which builds the programs and assigns the processors.";
            return false;
        }

        settings = new OverloadSettings
        {
            Cases = cases.Count > 0 ? cases : OverloadCase.All,
            Peers = peers.Count > 0 ? peers : [.. DefaultPeers.Select(name => Peer.All.Single(peer => peer.Name == name))],
            ProxyCpu = proxyCpu.Value,
            Programs = programs,
            Output = output ?? (cases.Count > 0 || peers.Count > 0 ? Path.Combine("artifacts", "bench") : "bench"),
        };
        return true;
    }

    private static string Names(IReadOnlyList<OverloadCase> cases) => string.Join(", ", cases.Select(one => one.Name));

    private static string HowToUse() =>
        $"""
        Usage: bench/overload [--case NAME]... [--peer NAME]... [--programs DIRECTORY] [--output DIRECTORY]

          --case       only this attack (may be repeated): {Names(OverloadCase.All)}
          --peer       only this proxy (may be repeated): {string.Join(", ", Peer.All.Select(one => one.Name))};
                       default {string.Join(", ", DefaultPeers)}
          --programs   the folder of already published programs; by default they are published first
          --output     the folder of OVERLOAD.md; default bench for a complete run, otherwise artifacts/bench
        """;
}
