using System.Globalization;
using System.Text;
using OwlBoard.Benchmarks.Cases;
using OwlBoard.Benchmarks.Load;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks.Results;

/// <summary>The results for people.</summary>
internal sealed class MarkdownReport(IReadOnlyList<CaseResult> results, IReadOnlyList<string> failures, BenchmarkSettings settings)
{
    private const double Megabyte = 1024 * 1024;
    private const string Unknown = "–";

    private readonly StringBuilder _text = new();

    public override string ToString()
    {
        _text.Clear();
        WriteHead();
        WriteRatios();
        foreach (var result in results)
        {
            WriteCase(result);
        }

        return _text.ToString();
    }

    private void WriteHead()
    {
        Line("# Side by side");
        Line();
        Line($"""
            Made by `bench/run` on {DateTime.UtcNow:yyyy-MM-dd}: the peers in one run, each proxy on one processor of its own, load
            and upstreams on another; {settings.Rounds} rounds of {settings.Window.TotalSeconds:0} s, the order of the peers another in each, all of them
            warm. Medians, with the least and the greatest in brackets. A ratio is the median of the rounds' ratios, in brackets between
            what it is with a probability of 95 %; of fewer than six rounds there is no such interval.
            """);
        Line();
        foreach (var line in MachineDescription.Lines())
        {
            Line($"- {line}");
        }

        Line();
        Line($"""
            nginx, HAProxy and OwlBoard do the same: least connections over 4 upstreams, 64 idle connections kept to each,
            forwarded headers, the added response headers (asked for before anything is measured), retries, an access log in a
            file, no rate limit. `{Peer.StockYarp}` is YARP with its defaults and does none of that; `{Peer.OwlBoard}` is OwlBoard with its
            defaults. Each writes its access log as it does by default: nginx and HAProxy each
            line by itself, OwlBoard what has come together.

            CPU is the processor time of the proxy's processes, user and system, for one request. In closed loops (wrk) requests/s
            is what the proxy can do where *busy* is near 100 %; below, load or upstream was the limit. Latencies of closed loops
            are those at each peer's own full load and compare little. In open loops all have the same load: requests become due
            at random times as those of many clients do that know nothing of each other (a Poisson process, the same times for each
            peer), and a latency counts from when the request was due.
            """);
        foreach (var failure in failures)
        {
            Line();
            Line($"**{failure.Split('\n')[0]}**");
        }
    }

    private void WriteRatios()
    {
        Line();
        Line($"## {Peer.OwlBoard} in relation to nginx and stock YARP");
        Line();
        Line("![CPU per request in relation to nginx](RESULTS.svg)");
        Line();
        Line("| case | CPU ÷ nginx | CPU ÷ stock YARP | requests/s ÷ nginx | p50 ÷ nginx | p95 ÷ nginx | p99 ÷ nginx | memory ÷ nginx |");
        Line("|---|---|---|---|---|---|---|---|");
        foreach (var result in results)
        {
            var isClosed = result.Case.Load is ClosedLoop;
            Line($"| {result.Case.Name} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.CpuPerRequest)} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.StockYarp, one => one.CpuPerRequest)} "
                + $"| {(isClosed ? Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.Load.PerSecond) : "same")} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.Load.P50)} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.Load.P95)} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.Load.P99)} "
                + $"| {Ratio(result, Peer.OwlBoard, Peer.Nginx, one => one.ResidentBytes)} |");
        }
    }

    private void WriteCase(CaseResult result)
    {
        Line();
        Line($"## {result.Case.Title}");
        Line();
        var length = result.Case.Slices > 1 ? FormattableString.Invariant($" of {settings.WindowOf(result.Case).TotalSeconds:0.##} s") : "";
        var rounds = result.Case.Repetitions > 1 ? $"; {settings.RoundsOf(result.Case)} rounds{length}" : "";
        var awake = result.Case.KeepsProcessorAwake ? "; the proxies' processor is kept from going idle" : "";
        Line($"`{result.Case.Name}`: {result.Case.Load.Description}{awake}{rounds}.");
        Line();
        var added = result.Case.WithDirect ? " added p50, ms |" : "";
        Line($"| peer | requests/s | busy | CPU, µs | ÷ nginx | ÷ stock YARP | p50, ms | p95, ms | p99, ms | p99.9, ms |{added} memory, MB | peak, MB |");
        Line($"|---|---|---|---|---|---|---|---|---|---|{(added.Length > 0 ? "---|" : "")}---|---|");
        foreach (var peer in result.Peers)
        {
            WritePeer(result, peer);
        }
    }

    private void WritePeer(CaseResult result, string peer)
    {
        var isProxy = peer != RunningPeer.Direct;
        Line($"| {peer} "
            + $"| {result.Of(peer, one => one.Load.PerSecond).ToString("#,0")} "
            + $"| {(isProxy ? result.Of(peer, one => one.Busy).Median.ToString("0 %", CultureInfo.InvariantCulture) : Unknown)} "
            + $"| {(isProxy ? result.Of(peer, one => one.CpuPerRequest).ToString("0.0") : Unknown)} "
            + $"| {(isProxy ? Ratio(result, peer, Peer.Nginx, one => one.CpuPerRequest) : Unknown)} "
            + $"| {(isProxy ? Ratio(result, peer, Peer.StockYarp, one => one.CpuPerRequest) : Unknown)} "
            + $"| {result.Of(peer, one => one.Load.P50).ToString("0.000")} "
            + $"| {result.Of(peer, one => one.Load.P95).ToString("0.00")} "
            + $"| {result.Of(peer, one => one.Load.P99).ToString("0.00")} "
            + $"| {result.Of(peer, one => one.Load.P999).ToString("0.00")} "
            + (result.Case.WithDirect ? $"| {(isProxy ? Added(result, peer) : Unknown)} " : "")
            + $"| {(isProxy ? result.Of(peer, one => one.ResidentBytes / Megabyte).Median.ToString("0.0", CultureInfo.InvariantCulture) : Unknown)} "
            + $"| {(isProxy ? result.Of(peer, one => one.PeakBytes / Megabyte).Median.ToString("0.0", CultureInfo.InvariantCulture) : Unknown)} |");
    }

    private static string Added(CaseResult result, string peer) =>
        result.Difference(peer, RunningPeer.Direct, one => one.Load.P50).ToString("0.000");

    private static string Ratio(CaseResult result, string peer, string to, Func<Measurement, double> number)
    {
        var ratio = result.Ratio(peer, to, number);
        return double.IsFinite(ratio.Median) ? ratio.ToString("0.00") : Unknown;
    }

    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    private void Line(string line = "") => _text.Append(line).Append('\n');
}
