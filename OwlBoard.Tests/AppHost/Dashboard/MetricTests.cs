using Microsoft.Extensions.Time.Testing;
using OwlBoard.AppHost.Embedded.Dashboard.Metrics;
using OwlBoard.AppHost.Embedded.Dashboard.Traffic;

namespace OwlBoard.Tests.AppHost.Dashboard;

[Trait("Category", "Unit")]
public sealed class MetricTests
{
    private static readonly Instrument Counter = new("owlboard.retries", "{retry}", "", InstrumentKind.Counter);
    private static readonly Instrument Healthy = new("owlboard.gateway.healthy", "", "", InstrumentKind.Value);
    private static readonly Instrument Tries = new("owlboard.gateway.request.duration", "s", "", InstrumentKind.Histogram);
    private static readonly Instrument Served = new("http.server.request.duration", "s", "", InstrumentKind.Histogram);
    private static readonly Instrument Called = new("http.client.request.duration", "s", "", InstrumentKind.Histogram);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public void Counter_shows_its_growth_and_begins_anew_when_the_program_does()
    {
        var store = new MetricStore(_time);
        foreach (var (start, value) in new (ulong, double)[] { (1, 5), (1, 5), (1, 8), (2, 4) })
        {
            store.Add([Of(Counter) with { IsCumulative = true, Start = start, Value = value }]);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([5, 3, 4], PointsOf(store).Select(point => point.Value));
    }

    [Fact]
    public void Counter_adds_up_what_it_is_told_when_it_is_told_differences()
    {
        var store = new MetricStore(_time);
        store.Add([Of(Counter) with { Value = 5 }, Of(Counter) with { Value = 3 }]);

        Assert.Equal([5, 3], PointsOf(store).Select(point => point.Value));
    }

    [Fact]
    public void Points_are_forgotten_when_they_are_older_than_the_window()
    {
        var store = new MetricStore(_time);
        for (var i = 0; i < 2 * MetricStore.Window; i++)
        {
            store.Add([Of(Healthy) with { Value = i }]);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var points = PointsOf(store);
        Assert.Equal(MetricStore.Window, points.Length);
        Assert.Equal(2 * MetricStore.Window - 1, points[^1].Value);

        _time.Advance(TimeSpan.FromSeconds(MetricStore.Window));
        store.Add([Of(Healthy) with { Value = -1 }]);
        Assert.Equal(-1, Assert.Single(PointsOf(store)).Value);
    }

    [Fact]
    public void Points_stay_bounded_when_a_program_reports_more_than_once_a_second()
    {
        var store = new MetricStore(_time);
        store.Add(Enumerable.Range(0, 10_000).Select(i => Of(Healthy) with { Value = i }));

        Assert.Equal(MetricStore.Window, PointsOf(store).Length);
    }

    [Fact]
    public void Series_beyond_the_limit_find_no_place_until_another_falls_silent()
    {
        var store = new MetricStore(_time, mostSeries: 2);
        store.Add([Of(Healthy, ("gateway", "a")), Of(Healthy, ("gateway", "b")), Of(Healthy, ("gateway", "c"))]);
        Assert.Equal(["a", "b"], Gateways());
        Assert.Equal(1, store.Refused);

        _time.Advance(TimeSpan.FromSeconds(20));
        store.Add([Of(Healthy, ("gateway", "b")), Of(Healthy, ("gateway", "c"))]);
        Assert.Equal(["b", "c"], Gateways());

        string?[] Gateways() => store.Read(all => all.Select(series => series["gateway"]).Order().ToArray());
    }

    [Theory]
    [InlineData(0.5, 1.5)]
    [InlineData(0.75, 2.0)]
    [InlineData(1.0, 4.0)]
    public void Quantile_lies_within_its_bucket_as_far_as_its_rank_says(double part, double expected)
    {
        var values = new Distribution();
        // Up to 1: one value; up to 2: two; up to 4: one.
        values.Add([1, 2, 4], new(0, 0, 4, [1, 2, 1, 0]));

        Assert.Equal(expected, values.Quantile(part)!.Value, 6);
    }

    [Fact]
    public void Quantile_is_the_last_bound_beyond_it_and_nothing_without_values()
    {
        var values = new Distribution();
        Assert.Null(values.Quantile(0.99));

        values.Add([1, 2], new(0, 0, 3, [0, 0, 3]));
        Assert.Equal(2, values.Quantile(0.5));
    }

    [Fact]
    public void Traffic_is_read_per_gateway_and_per_edge()
    {
        var store = new MetricStore(_time);
        store.Add([
            Of(Healthy, ("gateway", "api-gateway-1")) with { Value = 1 },
            Of(Healthy, ("gateway", "api-gateway-2")) with { Value = 0 },
            Request(Tries, 30, ("gateway", "api-gateway-1"), ("http.response.status_code", "200")),
            Request(Tries, 10, ("gateway", "api-gateway-2"), ("http.response.status_code", "502")),
            Request(Served, 35, ("http.response.status_code", "200"), ("http.route", "/{**path}")),
            Request(Served, 1000, ("http.response.status_code", "200"), ("http.route", "/health")),
            Request(Served, 3, ("http.response.status_code", "101"), ("http.route", "/{**path}")),
            // The probes of the load balancer's HTTP client, which are not requests.
            Request(Called, 50, ("server.port", "7101")),
            Request(Called, 20, ("server.port", "7200")) with { Resource = "api-gateway-1" },
            Request(Called, 5, ("server.port", "7200"), ("error.type", "connection_error")) with { Resource = "api-gateway-1" },
            Request(Called, 15, ("server.port", "8000"), ("http.response.status_code", "404")) with { Resource = "desktop-frontend" },
            Of(Counter, ("outcome", "retried")) with { Value = 10 },
            Of(Counter, ("outcome", "over budget")) with { Value = 100 },
        ]);

        var now = new TrafficReader(
            store,
            new Dictionary<int, string> { [7101] = "api-gateway-1", [7200] = "user-service", [8000] = "load-balancer" },
            ["load-balancer"]).ReadNow();

        Assert.Equal(7, now.Total.RequestsPerSecond);
        Assert.Equal(2, now.RetriesPerSecond);
        Assert.Equal(
            [("api-gateway-1", 6.0, 0.0, true, 0.75), ("api-gateway-2", 2, 2, false, 0.25)],
            now.Gateways.Select(one => (one.Name, one.RequestsPerSecond, one.ErrorsPerSecond, one.IsHealthy == true, one.Share)));
        Assert.Equal(
            [
                ("api-gateway-1", "user-service", 5.0, 1.0),
                (TrafficReader.Clients, "load-balancer", 4, 0),
                ("desktop-frontend", "load-balancer", 3, 0),
                ("load-balancer", "api-gateway-1", 6, 0),
                ("load-balancer", "api-gateway-2", 2, 2),
            ],
            now.Edges.OrderBy(edge => edge.From, StringComparer.Ordinal).ThenBy(edge => edge.To, StringComparer.Ordinal)
                .Select(edge => (edge.From, edge.To, edge.RequestsPerSecond, edge.ErrorsPerSecond)));
    }

    [Fact]
    public void History_has_each_step_of_the_window()
    {
        var store = new MetricStore(_time);
        store.Add([Of(Healthy, ("gateway", "a")) with { Value = 1 }, Request(Tries, 8, ("gateway", "a"), ("http.response.status_code", "200"))]);
        _time.Advance(TimeSpan.FromSeconds(10));

        var history = new TrafficReader(store, new Dictionary<int, string>(), []).ReadHistory();

        Assert.Equal(MetricStore.Window / TrafficReader.Step, history.Times.Count);
        var steps = Assert.Single(history.Gateways).Steps;
        Assert.Equal(4, Assert.Single(steps, step => step.RequestsPerSecond > 0).RequestsPerSecond);
        Assert.Equal(1, steps.Count(step => step.IsHealthy == true));
    }

    private static Measurement Of(Instrument instrument, params (string Key, string Value)[] attributes) =>
        new("load-balancer", instrument, [.. attributes.Select(one => KeyValuePair.Create(one.Key, one.Value))]);

    private static Measurement Request(Instrument instrument, ulong count, params (string Key, string Value)[] attributes) =>
        Of(instrument, attributes) with { Count = count, Value = count * 0.01, Bounds = [0.005, 0.02], Buckets = [0, count, 0] };

    private static Point[] PointsOf(MetricStore store) => store.Read(all => Assert.Single(all).Points.ToArray());
}
