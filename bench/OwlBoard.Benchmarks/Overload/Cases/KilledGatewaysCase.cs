using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Clients;
using OwlBoard.Benchmarks.Overload.Processes;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Upstreams;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>Kills three of four gateways at once, repeatedly, while clients send small GETs.</summary>
internal sealed class KilledGatewaysCase() : OverloadCase("killed-gateways")
{
    private const int Gateways = 4;
    private const int Rounds = 20;
    private const int RequestsPerSecond = 200;

    /// <summary>The time that the gateways stay down, and the time until the next are killed.</summary>
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Up = TimeSpan.FromSeconds(4);

    public override string Description =>
        $"three of four gateways killed at once, {Rounds} times, at {RequestsPerSecond} requests/s";

    public override async Task<IReadOnlyList<OverloadResult>> RunAsync(Peer peer, CaseContext context, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Take(Gateways);
        string[] folders = [.. ports.Select(port => context.Folder.Add($"gateway-{port}"))];
        var gateways = new NginxUpstream[Gateways];
        try
        {
            for (var i = 0; i < Gateways; i++)
            {
                Start(i);
            }

            await using var proxy = await AttackedProxy.StartAsync(
                peer, Name, ports, ProxySetup.Default with { RetryFailedAfter = Down }, context, cancellationToken);
            using var memory = new MemoryWatch(proxy.ProcessIds);
            using var clients = ClientGroup.OfGets(proxy.Target, RequestsPerSecond);
            var results = clients.RunAsync((Up + Down) * Rounds, cancellationToken);
            for (var round = 0; round < Rounds; round++)
            {
                await Task.Delay(Up, cancellationToken);
                int[] killed = [.. Enumerable.Range(0, Gateways).Where(i => i != round % Gateways)];
                await Task.WhenAll(killed.Select(i => gateways[i].DisposeAsync().AsTask()));
                await Task.Delay(Down, cancellationToken);
                Array.ForEach(killed, Start);
            }

            var result = await results;
            return [new OverloadResult(peer.Name, await proxy.EndingAsync(cancellationToken), memory.Stop(), $"{Rounds} rounds", result)];
        }
        finally
        {
            await Task.WhenAll(gateways.Where(gateway => gateway is not null).Select(gateway => gateway.DisposeAsync().AsTask()));
        }

        void Start(int i) => gateways[i] = NginxUpstream.Start(folders[i], certificates: null, [ports[i]]);
    }
}
