using System.Diagnostics;
using OwlBoard.Benchmarks.Load;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.Benchmarks.Results;
using OwlBoard.Benchmarks.Upstreams;
using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Cases;

/// <summary>
/// Runs one case: starts all peers, warms them up and measures them in turn, in a new order each round, so that changes on
/// the machine affect all of them. If a case has more rounds than others, the peers are restarted from time to time, because
/// two processes of the same program differ by a few percent during their lifetime.
/// </summary>
internal sealed class CaseRun(BenchmarkCase which, BenchmarkSettings settings, WorkFolder folder, CertificateFolder certificates, TextWriter progress)
{
    private static readonly TimeSpan ShortWarmUp = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The runtime starts to count calls for tiered compilation only after 100 ms without newly jitted code. The second half
    /// of the load then runs the optimized code.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The share of a processor that idle peers may use, for probes and timers.</summary>
    private const double QuietShare = 0.1;

    /// <summary>The time in which a peer must become idle after its load.</summary>
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(30);

    public async Task<CaseResult> RunAsync(CancellationToken cancellationToken)
    {
        var rounds = Enumerable.Range(0, settings.RoundsOf(which)).ToArray();
        var measurements = new List<Measurement>();
        foreach (var some in rounds.Chunk(which.Repetitions > 1 ? which.Repetitions * which.Slices : rounds.Length))
        {
            measurements.AddRange(await MeasureAsync(some, cancellationToken));
        }

        return new CaseResult(which, measurements);
    }

    /// <summary>Starts all peers and measures some of the rounds.</summary>
    private async Task<List<Measurement>> MeasureAsync(int[] rounds, CancellationToken cancellationToken)
    {
        var isTls = which.Topology == Topology.GatewayOverTls;
        await using IUpstream upstream = which.IsWebSocket
            ? await EchoUpstream.StartAsync(cancellationToken)
            : NginxUpstream.Start(folder.Add($"{which.Name}-upstream-{rounds[0]}"), isTls ? certificates : null);
        await using var awake = which.KeepsProcessorAwake ? KeepAwake() : null;
        var peers = new List<RunningPeer>();
        try
        {
            peers.AddRange(settings.Peers.Select(peer =>
                RunningPeer.Start(peer, which, upstream.Ports, isTls ? certificates : null, folder, settings)));
            if (which.WithDirect)
            {
                peers.Add(RunningPeer.WithoutProxy(which, upstream.Ports));
            }

            await WarmUpAsync(peers, cancellationToken);
            var measurements = await MeasureAsync(peers, rounds, cancellationToken);
            awake?.ThrowIfEnded();
            return measurements;
        }
        finally
        {
            await Task.WhenAll(peers.Select(peer => peer.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Starts a busy loop of idle priority on the proxies' processor. Any other work preempts it at once.</summary>
    private PinnedProcess KeepAwake() => PinnedProcess.Start(
        settings.ProxyCpu, Path.Combine(folder.Add($"{which.Name}-awake"), "output.log"), "chrt", "--idle", "0", "sh", "-c", "while :; do :; done");

    private async Task WarmUpAsync(List<RunningPeer> peers, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var peer in peers)
        {
            await peer.IsReadyAsync(client, cancellationToken);
        }

        foreach (var peer in peers)
        {
            // All processes of a peer share one processor.
            var half = peer.NeedsWarmUp ? settings.WarmUpOf(which) / 2 * peer.ProcessIds.Count : ShortWarmUp;
            for (var i = 0; i < (peer.NeedsWarmUp ? 2 : 1); i++)
            {
                using var session = await which.Load.OpenAsync(peer.Target, cancellationToken);
                await session.RunAsync(half, ILoadSession.WarmUpRound, cancellationToken);
                await Task.Delay(Pause, cancellationToken);
            }

            if (!peer.HasLogged && which.Topology != Topology.GatewayOverTls && !which.IsWebSocket)
            {
                throw new BenchmarkException($"{peer.Name} wrote no access log; its results would not be comparable.");
            }

            peer.EmptyLogs();
        }
    }

    private async Task<List<Measurement>> MeasureAsync(List<RunningPeer> peers, int[] rounds, CancellationToken cancellationToken)
    {
        var measurements = new List<Measurement>();
        var random = new Random(rounds[0]);
        foreach (var round in rounds)
        {
            // In random order, because a peer is faster after a peer that left the processor idle.
            var order = peers.ToArray();
            random.Shuffle(order);
            foreach (var peer in order)
            {
                await AreQuietAsync(peers, cancellationToken);
                var measurement = await MeasureAsync(peer, round, cancellationToken);
                measurements.Add(measurement);
                await progress.WriteLineAsync($"{which.Name} {round + 1}/{settings.RoundsOf(which)}: {measurement}");
                peer.EmptyLogs();
            }
        }

        return [.. peers.SelectMany(peer => measurements.Where(one => one.Peer == peer.Name))];
    }

    /// <summary>
    /// Waits until all peers are idle. They share the processor with the measured peer, and a runtime recompiles methods for
    /// seconds after its load.
    /// </summary>
    private static async Task AreQuietAsync(List<RunningPeer> peers, CancellationToken cancellationToken)
    {
        int[] processes = [.. peers.SelectMany(peer => peer.ProcessIds)];
        var started = Stopwatch.GetTimestamp();
        TimeSpan used;
        do
        {
            if (Stopwatch.GetElapsedTime(started) > QuietTimeout)
            {
                throw new BenchmarkException($"The proxies are still busy {QuietTimeout.TotalSeconds:0} s after the end of their load.");
            }

            var before = ProcessUsage.Of(processes).Cpu;
            await Task.Delay(LookInterval, cancellationToken);
            used = ProcessUsage.Of(processes).Cpu - before;
        }
        while (used > LookInterval * QuietShare);
    }

    private async Task<Measurement> MeasureAsync(RunningPeer peer, int round, CancellationToken cancellationToken)
    {
        try
        {
            using var session = await which.Load.OpenAsync(peer.Target, cancellationToken);
            ProcessUsage.ResetPeak(peer.ProcessIds);
            var before = ProcessUsage.Of(peer.ProcessIds);
            var load = await session.RunAsync(settings.WindowOf(which), round, cancellationToken);
            var after = ProcessUsage.Of(peer.ProcessIds);
            return load.Requests > 0
                ? new Measurement(peer.Name, round, load, after.Cpu - before.Cpu, after.ResidentBytes, after.PeakBytes)
                : throw new BenchmarkException($"{peer.Name} served none of the requests to {peer.Target.Address}.");
        }
        catch (Exception failure) when (failure is IOException or BenchmarkException)
        {
            // The output of a process that ended is more useful than a missing response or /proc entry.
            peer.ThrowIfEnded();
            throw;
        }
    }
}
