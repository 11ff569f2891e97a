namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Connections on which nothing is sent.</summary>
internal sealed class IdleConnections() : Attack("idle")
{
    private const int Connections = 12_000;

    private static readonly ConnectionOpening Nothing = new([], Trickles: false);

    public override string Description => $"{Connections:N0} connections from one address on which nothing is sent";

    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(Connections, addresses: 1, _ => Nothing).RunAsync(target.EndPoint, stop);
}
