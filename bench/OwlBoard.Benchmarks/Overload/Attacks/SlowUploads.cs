using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Uploads that send 60 KB and then one byte every few seconds.</summary>
internal sealed class SlowUploads(string name, int connections, int addresses) : Attack(name)
{
    public override string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{connections:N0} PUTs of 1 MB from {(addresses == 1 ? "one address" : $"{addresses} addresses")} that send 60 KB and then one byte every 5 s");

    public override Task<string> RunAsync(AttackTarget target, CancellationToken stop) =>
        new ConnectionSwarm(connections, addresses, _ => StalledRequests.Upload).RunAsync(target.EndPoint, stop);
}
