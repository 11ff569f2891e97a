using System.Globalization;
using System.Text;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Cases;

namespace OwlBoard.Benchmarks.Overload.Results;

/// <summary>The results for people.</summary>
internal sealed class OverloadReport(IReadOnlyList<(OverloadCase Case, IReadOnlyList<OverloadResult> Results)> cases, IReadOnlyList<string> failures)
{
    private const double Megabyte = 1024 * 1024;

    private readonly StringBuilder _text = new();

    public override string ToString()
    {
        _text.Clear();
        WriteHead();
        foreach (var (which, results) in cases)
        {
            Line();
            Line($"## `{which.Name}`: {which.Description}");
            Line();
            Line("| proxy | peak memory, MB | survived | attack | others: served / sent | p50, ms | p90, ms | p99, ms |");
            Line("|---|---|---|---|---|---|---|---|");
            foreach (var result in results)
            {
                Write(result);
            }
        }

        return _text.ToString();
    }

    private void WriteHead()
    {
        Line("# Overload");
        Line();
        Line($"""
            Made by `bench/overload` on {DateTime.UtcNow:yyyy-MM-dd}. Each proxy is attacked by itself, on one processor of its own; attackers,
            upstreams and other clients share another one, on which the attackers give way.
            """);
        Line();
        foreach (var line in MachineDescription.Lines())
        {
            Line($"- {line}");
        }

        Line();
        Line($"""
            All proxies have the same limits: as many connections as half of the file descriptors without 512 (nginx counts those
            to upstreams too and has twice as many), bodies of 10 MB, 30 s for a request's head, 30 s without a byte of its body, no limit
            to the rate of requests except where it says so, nothing buffered in files. nginx and HAProxy have no limit of connections for an
            address, as is usual; OwlBoard has its default. OwlBoard's managed heap is limited to {AttackedProxy.HeapBytes / (1024 * 1024)} MB
            (`DOTNET_GCHeapHardLimit`), which is what .NET gives itself in a container with 512 MB; nothing limits the memory of the others.

            An attack begins together with the others' requests and lasts until they have their last response. A connection that
            a proxy closes or refuses is opened anew, at most 500 of them a second. The others are 100 clients, each with an
            address of its own, that send small GETs at random times (a Poisson process), half of them on new connections and half on
            kept ones. Latencies count from when a request was due; a request without a status of 200 within 5 s has failed, and counts
            as infinitely slow. One that is sent on a kept connection which the proxy has just closed is sent once more on a new one, as browsers do ("resent").
            Memory is the peak of the resident memory of all processes of the proxy.
            """);
        foreach (var failure in failures)
        {
            Line();
            Line($"**{failure.Split('\n')[0]}**");
        }
    }

    private void Write(OverloadResult result)
    {
        var clients = result.Clients;
        var resent = clients.Resent > 0 ? FormattableString.Invariant($" ({clients.Resent:N0} resent)") : "";
        var reasons = clients.Failures.Length > 0 ? $": {clients.Failures}" : "";
        Line($"| {result.Peer} | {result.PeakBytes / Megabyte:N0} | {(result.Ending is null ? "yes" : $"**no**: {result.Ending}")} | {result.Attack} "
            + $"| {clients.Served:N0} / {clients.Sent:N0}{resent}{reasons} | {Milliseconds(clients.P50)} | {Milliseconds(clients.P90)} | {Milliseconds(clients.P99)} |");
    }

    private static string Milliseconds(double number) =>
        double.IsFinite(number) ? number.ToString("0.0", CultureInfo.InvariantCulture) : "∞";

    private void Line(FormattableString line) => Line(line.ToString(CultureInfo.InvariantCulture));

    private void Line(string line = "") => _text.Append(line).Append('\n');
}
