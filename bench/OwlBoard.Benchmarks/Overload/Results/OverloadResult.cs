using System.Globalization;
using OwlBoard.Benchmarks.Overload.Clients;

namespace OwlBoard.Benchmarks.Overload.Results;

/// <summary>The result of a proxy in a case.</summary>
/// <param name="Peer">The proxy's name.</param>
/// <param name="Ending">The reason why it did not survive; <see langword="null"/> if it did.</param>
/// <param name="PeakBytes">The most resident memory of its processes.</param>
/// <param name="Attack">What the attackers saw.</param>
/// <param name="Clients">What the other clients saw.</param>
internal sealed record OverloadResult(string Peer, string? Ending, long PeakBytes, string Attack, ClientResult Clients)
{
    /// <summary>Gets whether it survived and every request of the other clients was served.</summary>
    public bool IsGood => Ending is null && Clients.Served == Clients.Sent;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Peer}: {Ending ?? "survived"}, peak {PeakBytes / (1024.0 * 1024):N0} MB; {Attack}; others {Clients.Served:N0} of {Clients.Sent:N0} "
        + $"({Clients.Resent} resent{(Clients.Failures.Length > 0 ? $"; {Clients.Failures}" : "")}), p50 {Clients.P50:0.0} ms, p90 {Clients.P90:0.0} ms, p99 {Clients.P99:0.0} ms");
}
