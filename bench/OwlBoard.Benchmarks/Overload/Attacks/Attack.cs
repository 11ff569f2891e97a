using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>An attack on a proxy over loopback, with a limited number of connections and a limited duration.</summary>
/// <param name="name">The name on the command line of its process.</param>
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

    /// <summary>A short description of the attack.</summary>
    public abstract string Description { get; }

    /// <summary>Indicates whether the attack needs a <see cref="StreamingUpstream"/> instead of several upstreams.</summary>
    public virtual bool NeedsStreamingUpstream => false;

    /// <summary>
    /// Indicates whether the other clients are measured a second time, when the attack holds what it can hold and nothing more is
    /// opened.
    /// </summary>
    public virtual bool IsMeasuredOnceHeld => false;

    /// <summary>Attacks until cancelled, regardless of the behavior of the proxy.</summary>
    /// <returns>A summary of the connections.</returns>
    public abstract Task<string> RunAsync(AttackTarget target, CancellationToken stop);
}
