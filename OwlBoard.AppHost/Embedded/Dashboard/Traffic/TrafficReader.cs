using System.Globalization;
using OwlBoard.AppHost.Embedded.Dashboard.Metrics;

namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>
/// Makes of what the programs measure what a person wants to see. From the load balancer's own instruments: what it sends
/// to each gateway. From OpenTelemetry's HTTP instruments: everything else.
/// </summary>
/// <param name="metrics">What the programs measured.</param>
/// <param name="ports">Which resource listens on which port of this machine.</param>
/// <param name="external">The resources that clients outside the system use.</param>
internal sealed class TrafficReader(
    MetricStore metrics, IReadOnlyDictionary<int, string> ports, IReadOnlyList<string> external)
{
    /// <summary>Who sends requests from outside the system.</summary>
    public const string Clients = "clients";

    /// <summary>Seconds that "now" is averaged over: five exports of each program.</summary>
    public const int Moment = 5;

    /// <summary>Seconds between the points of a history.</summary>
    public const int Step = 2;

    private const string GatewayDuration = "owlboard.gateway.request.duration";
    private const string GatewayActive = "owlboard.gateway.active_requests";
    private const string GatewayHealthy = "owlboard.gateway.healthy";
    private const string Retries = "owlboard.retries";
    private const string RateLimited = "owlboard.rate_limited";
    private const string ServerDuration = "http.server.request.duration";
    private const string ClientDuration = "http.client.request.duration";

    /// <summary>The traffic of the last <see cref="Moment"/>.</summary>
    public TrafficSnapshot ReadNow()
    {
        var now = metrics.Now;
        return metrics.Read(all =>
        {
            var series = all.Where(candidate => candidate.LastReport > now - (2 * Moment)).ToArray();
            var span = new Span(now - Moment, now);
            var gateways = Gateways(series).Select(name => Gateway(series, name, span)).ToArray();
            var total = gateways.Sum(gateway => gateway.RequestsPerSecond);
            return new TrafficSnapshot(
                Total(series, span),
                Rate(series, Retries, span, one => one["outcome"] == "retried"),
                Rate(series, RateLimited, span),
                [.. gateways.Select(gateway => gateway with { Share = total > 0 ? gateway.RequestsPerSecond / total : 0 })],
                Edges(series, span));
        });
    }

    /// <summary>The same for each <see cref="Step"/> of the time that is kept, oldest first.</summary>
    public TrafficHistory ReadHistory()
    {
        // The current step is not over: its numbers would seem to fall.
        var end = metrics.Now / Step * Step;
        var steps = Enumerable.Range(0, MetricStore.Window / Step)
            .Select(i => end - MetricStore.Window + (i * Step))
            .Select(start => new Span(start, start + Step))
            .ToArray();
        return metrics.Read(all => new TrafficHistory(
            [.. steps.Select(step => step.To)],
            new("all", [.. steps.Select(step => Total(all, step))]),
            [.. steps.Select(step => Rate(all, Retries, step, one => one["outcome"] == "retried"))],
            [.. steps.Select(step => Rate(all, RateLimited, step))],
            [.. Gateways(all).Select(name => new GatewayHistory(name, [.. steps.Select(step => Gateway(all, name, step))]))]));
    }

    private static IEnumerable<string> Gateways(IEnumerable<Series> all) => all
        .Where(series => series.Instrument.Name is GatewayHealthy)
        .Select(series => series["gateway"])
        .OfType<string>()
        .Distinct()
        .Order(StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering));

    private static GatewayTraffic Gateway(IReadOnlyCollection<Series> all, string name, Span span)
    {
        var tries = Flow.Of(all.Where(series => series.Instrument.Name == GatewayDuration && series["gateway"] == name), span);
        return new(
            name, tries.Rate, tries.ErrorRate, tries.Values.Quantile(0.5), tries.Values.Quantile(0.99),
            Latest(all, GatewayActive, name, span) ?? 0, Latest(all, GatewayHealthy, name, span) is { } healthy ? healthy > 0 : null, 0);
    }

    /// <summary>All requests that the load balancer answered, retries not counted twice.</summary>
    private static GatewayTraffic Total(IReadOnlyCollection<Series> all, Span span)
    {
        var balancers = Balancers(all);
        var served = Flow.Of(Served(all).Where(series => balancers.Contains(series.Resource)), span);
        return new("all", served.Rate, served.ErrorRate, served.Values.Quantile(0.5), served.Values.Quantile(0.99), 0, null, 1);
    }

    private static HashSet<string> Balancers(IEnumerable<Series> all) =>
        [.. all.Where(series => series.Instrument.Name == GatewayHealthy).Select(series => series.Resource)];

    /// <summary>Requests of clients: neither questions for health nor WebSockets, which take as long as they are open.</summary>
    private static IEnumerable<Series> Served(IEnumerable<Series> all) => all.Where(series =>
        series.Instrument.Name == ServerDuration
        && series["http.response.status_code"] != "101"
        && series["http.route"] is not ("/health" or "/lb-status" or "/metrics"));

    private static double? Latest(IEnumerable<Series> all, string instrument, string gateway, Span span)
    {
        var values = all.Where(series => series.Instrument.Name == instrument && series["gateway"] == gateway)
            .SelectMany(series => series.Points)
            .Where(point => span.Covers(point.Second))
            .ToArray();
        return values.Length == 0 ? null : values.MaxBy(point => point.Second).Value;
    }

    private static double Rate(IEnumerable<Series> all, string instrument, Span span, Func<Series, bool>? which = null) => all
        .Where(series => series.Instrument.Name == instrument && which?.Invoke(series) is not false)
        .SelectMany(series => series.Points)
        .Where(point => span.Covers(point.Second))
        .Sum(point => point.Value) / span.Length;

    private List<EdgeTraffic> Edges(Series[] all, Span span)
    {
        var balanced = all
            .Where(series => series.Instrument.Name == GatewayDuration)
            .ToLookup(series => (From: series.Resource, To: series["gateway"] ?? string.Empty));
        // The load balancer's HTTP client also asks gateways for their health; its own instrument counts requests only.
        var called = all
            .Where(series => series.Instrument.Name == ClientDuration && series["http.response.status_code"] != "101")
            .Select(series => (Series: series, From: series.Resource, To: Target(series)))
            .Where(call => call.To is not null && !balanced.Contains((call.From, call.To)))
            .ToLookup(call => (call.From, To: call.To!), call => call.Series);
        var edges = balanced.Concat(called)
            .Select(edge => Edge(edge.Key.From, edge.Key.To, Flow.Of(edge, span)))
            .ToList();
        foreach (var name in external)
        {
            var served = Flow.Of(Served(all).Where(series => series.Resource == name), span);
            var inside = edges.Where(edge => edge.To == name).ToArray();
            edges.Add(Edge(Clients, name, served) with
            {
                RequestsPerSecond = Math.Max(0, served.Rate - inside.Sum(edge => edge.RequestsPerSecond)),
                ErrorsPerSecond = Math.Max(0, served.ErrorRate - inside.Sum(edge => edge.ErrorsPerSecond)),
            });
        }

        return edges;
    }

    private static EdgeTraffic Edge(string from, string to, Flow flow) =>
        new(from, to, flow.Rate, flow.ErrorRate, flow.Values.Quantile(0.5), flow.Values.Quantile(0.99));

    /// <summary>Whom a program called, by the port: everything runs on this machine.</summary>
    private string? Target(Series call) =>
        int.TryParse(call["server.port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? ports.GetValueOrDefault(port)
            : null;

    /// <summary>Seconds after one and up to another.</summary>
    private readonly record struct Span(long From, long To)
    {
        public long Length => To - From;

        public bool Covers(long second) => second > From && second <= To;
    }

    /// <summary>Requests and their durations.</summary>
    private sealed record Flow(double Rate, double ErrorRate, Distribution Values)
    {
        public static Flow Of(IEnumerable<Series> histograms, Span span)
        {
            var values = new Distribution();
            long errors = 0;
            foreach (var series in histograms)
            {
                foreach (var point in series.Points.Where(point => span.Covers(point.Second)))
                {
                    values.Add(series.Bounds, point);
                    errors += IsError(series) ? point.Count : 0;
                }
            }

            return new((double)values.Count / span.Length, (double)errors / span.Length, values);
        }

        /// <summary>Answered with 5xx, or not answered: OpenTelemetry's <c>error.type</c> then says why, in words.</summary>
        private static bool IsError(Series series) =>
            series["http.response.status_code"] is { } status
                ? status.StartsWith('5')
                : series["error.type"] is not null;
    }
}
