using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>An attack on a proxy, bounded in connections and in time, from loopback addresses to loopback.</summary>
/// <param name="name">Its name on the command line of its process.</param>
internal abstract class Attack(string name)
{
    /// <summary>All attacks.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new SlowUploads("slow-uploads", connections: 2_000, addresses: 1),
        new SlowUploads("slow-uploads-8", connections: 5_000, addresses: 8),
        new UnreadDownloads(),
        new ZeroWindow(),
        new IdleConnections(),
        new BusyWebSocket(),
        new BusyTransfers(),
        FrameFlood.OfContinuations(),
        FrameFlood.OfEmptyData(),
        new StalledTransfers(),
        new LoginFlood(),
    ];

    public string Name { get; } = name;

    /// <summary>The attack in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>Gets whether the attack needs upstreams that stream rather than many of them; see <see cref="StreamingUpstream"/>.</summary>
    public virtual bool NeedsStreamingUpstream => false;

    /// <summary>Attacks until it is cancelled, whatever the proxy does.</summary>
    /// <returns>What became of the connections.</returns>
    public abstract Task<string> RunAsync(AttackTarget target, CancellationToken stop);
}
