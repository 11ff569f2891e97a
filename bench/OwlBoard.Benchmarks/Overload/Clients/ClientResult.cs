using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>All responses of a <see cref="ClientGroup"/>.</summary>
/// <param name="Sent">The requests.</param>
/// <param name="Served">Those that were answered with 200 in time.</param>
/// <param name="Resent">Those that were sent once more, since a kept connection had been closed.</param>
/// <param name="P50">The latency of half of the requests, in milliseconds; a failed one has an infinite latency.</param>
/// <param name="P90">The same of 90 %.</param>
/// <param name="P99">The same of 99 %.</param>
/// <param name="Failures">The reasons of the failures with their numbers.</param>
internal sealed record ClientResult(int Sent, int Served, int Resent, double P50, double P90, double P99, string Failures)
{
    public static ClientResult Of(IReadOnlyList<ClientResponse> responses)
    {
        var latencies = responses
            .Select(response => response.Failure is null ? response.Latency.TotalMilliseconds : double.PositiveInfinity)
            .Order().ToArray();
        var failures = responses.Where(response => response.Failure is not null).CountBy(response => response.Failure!)
            .OrderByDescending(failure => failure.Value)
            .Select(failure => string.Create(CultureInfo.InvariantCulture, $"{failure.Value:N0} × {failure.Key}"));
        return new ClientResult(
            responses.Count,
            responses.Count(response => response.Failure is null),
            responses.Count(response => response.IsResent),
            Percentile(0.5),
            Percentile(0.9),
            Percentile(0.99),
            string.Join(", ", failures));

        double Percentile(double share) => latencies.Length == 0
            ? double.NaN
            : latencies[Math.Min(latencies.Length - 1, (int)(share * latencies.Length))];
    }
}
