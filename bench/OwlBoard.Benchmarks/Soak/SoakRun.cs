using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>
/// Runs the load balancer in front of four gateways, one of which is killed every 20 s, with 200 requests per second of all
/// kinds, and checks each byte.
/// </summary>
internal sealed class SoakRun(SoakSettings settings)
{
    private const int Gateways = 4;

    /// <summary>The requests per second of all kinds, including WebSocket messages.</summary>
    private const int PerSecond = 200;

    /// <summary>The WebSocket messages per second: one for each WebSocket.</summary>
    private const int RequestsPerSecond = PerSecond - SoakWebSockets.Count;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs the soak.</summary>
    /// <returns>The exit code: 1 if there was a fault or memory grew.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var folder = WorkFolder.Create();
        await using var service = await SoakService.StartAsync(cancellationToken);
        var ports = FreePorts.Take(Gateways + 1);
        await using var gateways = new SoakGateways(settings, folder.Path, service.Port, ports[1..]);
        await using var loadBalancer = StartLoadBalancer(folder, ports);
        await IsReadyAsync(ports[0], loadBalancer, cancellationToken);
        foreach (var port in ports[1..])
        {
            await IsReadyAsync(port, loadBalancer, cancellationToken);
        }

        var ledger = new SoakLedger(Console.Out);
        var memory = new SoakMemory(loadBalancer.Id, Console.Out);
        Console.WriteLine($"Soak of {settings.Minutes} minutes at {PerSecond} requests/s; a gateway is killed every 20 s.");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var clients = new SoakClients(ports[0], gateways, ledger);
        var sockets = new SoakWebSockets(ports[0], gateways, ledger);
        Task[] beside =
        [
            gateways.KillInTurnAsync(ending.Token),
            memory.WatchAsync(ending.Token),
            .. Enumerable.Range(0, SoakWebSockets.Count).Select(i => sockets.RunAsync(i, TimeSpan.FromSeconds(1), ending.Token)),
        ];
        await SendAsync(clients, ledger, cancellationToken);
        await ending.CancelAsync();
        foreach (var task in beside)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        loadBalancer.ThrowIfEnded();
        foreach (var failed in beside.Where(task => task.IsFaulted))
        {
            throw new BenchmarkException($"The soak itself failed: {failed.Exception!.InnerException}");
        }

        ledger.Write();
        var isFlat = memory.IsFlat;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{gateways.Kills} gateways killed. Memory after the fifth minute: {(isFlat is null ? "not checked, the soak was too short" : isFlat.Value ? "flat" : "GROWING")}. Faults: {ledger.Faults}."));
        return ledger.Faults == 0 && isFlat != false ? 0 : 1;
    }

    /// <summary>Sends each request when it is due, independent of the other requests.</summary>
    private async Task SendAsync(SoakClients clients, SoakLedger ledger, CancellationToken cancellationToken)
    {
        var running = new ConcurrentDictionary<Task, bool>();
        var started = Stopwatch.GetTimestamp();
        var end = TimeSpan.FromMinutes(settings.Minutes);
        for (long n = 0; ; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / RequestsPerSecond);
            var early = due - Stopwatch.GetElapsedTime(started);
            if (due >= end || cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            // Of 20 requests 13 are small, 5 are uploads, one is large and one is aborted.
            var request = (n % 20) switch
            {
                3 or 7 or 11 or 15 or 19 => clients.PostAsync(n, cancellationToken),
                5 => clients.LargeAsync(n, cancellationToken),
                10 => clients.AbortAsync(n / 20, cancellationToken),
                _ => clients.SmallAsync(n, cancellationToken),
            };
            running.TryAdd(request, true);
            _ = request.ContinueWith(ended => running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }

        // Failed tasks were kept; awaiting them throws.
        await Task.WhenAll(running.Keys);
        ledger.Count("all", string.Create(CultureInfo.InvariantCulture, $"took {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} minutes"));
    }

    private PinnedProcess StartLoadBalancer(WorkFolder folder, int[] ports) => PinnedProcess.Start(
        cpu: null,
        Path.Combine(folder.Path, "load-balancer.log"),
        [
            "dotnet", Path.Combine(settings.Programs, "OwlBoard.LoadBalancer", "OwlBoard.LoadBalancer.dll"),
            "--LoadBalancer:Address=127.0.0.1",
            $"--LoadBalancer:DesktopPort={ports[0]}",
            $"--LoadBalancer:MobilePort={FreePorts.Next()}",
            $"--LoadBalancer:ManagementPort={FreePorts.Next()}",
            // All clients share one address.
            "--LoadBalancer:RateLimit:RequestsPerSecond=0",
            "--LoadBalancer:Limits:ConnectionsPerClient=1000000",
            "--LoadBalancer:AccessLog:Enabled=false",
            .. ports[1..].SelectMany((port, i) => new[]
            {
                $"--LoadBalancer:Gateways:{i}:Name={SoakGateways.Name(i)}",
                $"--LoadBalancer:Gateways:{i}:Address=http://127.0.0.1:{port}",
            }),
        ]);

    private static async Task IsReadyAsync(int port, PinnedProcess loadBalancer, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            loadBalancer.ThrowIfEnded();
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception refused) when (refused is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The program is not listening yet.
            }

            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new BenchmarkException($"The program on port {port} was not healthy within {StartTimeout.TotalSeconds:0} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }
}
