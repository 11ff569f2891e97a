using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Slow uploads and unread downloads together.</summary>
internal sealed class StalledTransfers() : Attack("stalled-transfers")
{
    private const int WantedConnections = 10_000;
    private const int Addresses = 8;

    /// <summary>The connections that are left to the others.</summary>
    private const int Reserve = 256;

    /// <summary>Gets the number of connections: as many as the proxies' limit leaves room for.</summary>
    private static int Connections => Math.Min(WantedConnections, OpenFiles.Connections - Reserve);

    public override string Description =>
        $"{Connections:N0} connections from {Addresses} addresses, half of them slow uploads and half unread downloads as above";

    // The addresses take turns as well: each has both kinds.
    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(Connections, Addresses, index => index / Addresses % 2 == 0 ? StalledRequests.Upload : StalledRequests.Download)
            .RunAsync(target.EndPoint, stop);
}
