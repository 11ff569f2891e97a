using System.Globalization;
using OwlBoard.Benchmarks.Overload.Clients;

namespace OwlBoard.Benchmarks.Overload.Results;

/// <summary>The result of a proxy in a case.</summary>
/// <param name="Peer">The proxy's name.</param>
/// <param name="Ending">The reason why the proxy did not survive; <see langword="null"/> if it did.</param>
/// <param name="PeakBytes">The peak resident memory of its processes.</param>
/// <param name="Attack">The summary of the attackers.</param>
/// <param name="Clients">The results of the other clients.</param>
internal sealed record OverloadResult(string Peer, string? Ending, long PeakBytes, string Attack, ClientResult Clients)
{
    /// <summary>Indicates whether the proxy survived and served every request of the other clients.</summary>
    public bool IsGood => Ending is null && Clients.Served == Clients.Sent;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Peer}: {Ending ?? "survived"}, peak {PeakBytes / (1024.0 * 1024):N0} MB; {Attack}; other clients {Clients.Served:N0} of {Clients.Sent:N0} "
        + $"({Clients.Resent} resent{(Clients.Failures.Length > 0 ? $"; {Clients.Failures}" : "")}), p50 {Clients.P50:0.0} ms, p90 {Clients.P90:0.0} ms, p99 {Clients.P99:0.0} ms");
}
