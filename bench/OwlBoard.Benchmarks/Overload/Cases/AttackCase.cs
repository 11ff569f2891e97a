using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Attacks;
using OwlBoard.Benchmarks.Overload.Clients;
using OwlBoard.Benchmarks.Overload.Processes;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Upstreams;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>An attack while other clients send small GETs.</summary>
internal sealed class AttackCase(Attack attack) : OverloadCase(attack.Name)
{
    private const int Upstreams = 4;
    private const int RequestsPerSecond = 100;

    /// <summary>The upstreams' send buffer, limited because the kernel's TCP memory, which is shared, would run out before a proxy's.</summary>
    private const int UpstreamSendBufferBytes = 64 * 1024;

    /// <summary>The time for which the clients send. The attack continues until they have received their last response.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    public override string Description => attack.Description;

    public override async Task<IReadOnlyList<OverloadResult>> RunAsync(Peer peer, CaseContext context, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Take(Upstreams);
        await using IAsyncDisposable upstream = attack.NeedsStreamingUpstream
            ? UpstreamProgram.Start(ports)
            : NginxUpstream.Start(context.Folder.Add($"{Name}-{peer.Name}-upstream"), certificates: null, ports, UpstreamSendBufferBytes);
        await using var proxy = await AttackedProxy.StartAsync(peer, Name, ports, ProxySetup.Default, context, cancellationToken);
        using var memory = new MemoryWatch(proxy.ProcessIds);
        await using var attackers = AttackProgram.Start(attack, new AttackTarget(proxy.Target.Port, proxy.TlsPort));
        using var clients = ClientGroup.OfGets(proxy.Target, RequestsPerSecond);
        var result = await clients.RunAsync(Duration, cancellationToken);
        var held = attack.IsMeasuredOnceHeld ? await clients.RunAsync(Duration, cancellationToken) : null;
        var summary = await attackers.StopAsync(cancellationToken);
        var (ending, peak) = (await proxy.EndingAsync(cancellationToken), memory.Stop());
        return held is null
            ? [new OverloadResult(peer.Name, ending, peak, summary, result)]
            : [new OverloadResult($"{peer.Name}, at first", ending, peak, summary, result), new OverloadResult($"{peer.Name}, afterwards", ending, peak, summary, held)];
    }
}
