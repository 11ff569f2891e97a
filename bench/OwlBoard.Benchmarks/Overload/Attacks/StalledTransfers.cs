namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Slow uploads and unread downloads together.</summary>
internal sealed class StalledTransfers() : Attack("stalled-transfers")
{
    private const int Connections = 10_000;
    private const int Addresses = 8;

    public override string Description =>
        $"{Connections:N0} connections from {Addresses} addresses, half of them slow uploads and half unread downloads as above";

    // The addresses take turns as well: each has both kinds.
    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(Connections, Addresses, index => index / Addresses % 2 == 0 ? StalledRequests.Upload : StalledRequests.Download)
            .RunAsync(target.EndPoint, stop);
}
