namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Downloads whose responses are never read.</summary>
internal sealed class UnreadDownloads() : Attack("unread-downloads")
{
    private const int Connections = 5_000;
    private const int Addresses = 8;

    public override string Description => $"{Connections:N0} GETs of 50 MB from {Addresses} addresses whose responses are never read";

    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(Connections, Addresses, _ => StalledRequests.Download).RunAsync(target.EndPoint, stop);
}
