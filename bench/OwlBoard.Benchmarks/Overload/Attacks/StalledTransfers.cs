using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Slow uploads and unread downloads together.</summary>
internal sealed class StalledTransfers() : Attack("stalled-transfers")
{
    private const int WantedConnections = 10_000;
    private const int Addresses = 8;

    /// <summary>The number of connections left for other clients.</summary>
    private const int Reserve = 256;

    /// <summary>The number of connections: the proxies' limit less the connections of other clients.</summary>
    private static int Connections => Math.Min(WantedConnections, OpenFiles.Connections - Reserve);

    public override string Description =>
        $"{Connections:N0} connections from {Addresses} addresses, half of them slow uploads and half unread downloads";

    public override bool IsMeasuredOnceHeld => true;

    // Addresses alternate as well, so that each has both kinds.
    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(Connections, Addresses, index => index / Addresses % 2 == 0 ? StalledRequests.Upload : StalledRequests.Download)
            .RunAsync(target.EndPoint, stop);
}
