using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>The results of a <see cref="ClientGroup"/>.</summary>
/// <param name="Sent">The number of requests.</param>
/// <param name="Served">The number of requests with a response of status 200 in time.</param>
/// <param name="Resent">The number of requests that were retried because a reused connection had been closed.</param>
/// <param name="P50">The median of the latency in milliseconds; that of a failed request is infinite.</param>
/// <param name="P90">The 90th percentile.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Failures">The reasons of the failures and their counts.</param>
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
