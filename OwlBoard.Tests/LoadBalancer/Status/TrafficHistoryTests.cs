using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Status;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Tests.LoadBalancer.Status;

[Trait("Category", "Unit")]
public sealed class TrafficHistoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ClusterState _cluster = new("gateways");
    private readonly GatewayRegistry _registry;
    private readonly LoadBalancerMetrics _metrics;
    private readonly StateJournal _journal = new();
    private readonly TrafficHistory _history;

    public TrafficHistoryTests()
    {
        _registry = new GatewayRegistry(_time);
        _metrics = new LoadBalancerMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        _history = new TrafficHistory(_registry, _metrics, _journal, _time);
        Use("gw-1", "gw-2");
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void A_step_has_the_rates_of_the_time_that_really_passed()
    {
        Serve("gw-1", 10, TimeSpan.FromMilliseconds(20));
        Serve("gw-2", 30, TimeSpan.FromMilliseconds(40));
        Gateway("gw-2").Statistics.CountFailure("reset");
        _metrics.Retried("reset");
        _metrics.RateLimited("*");
        Sample(TimeSpan.FromSeconds(4));

        var history = _history.Read();

        Assert.Equal([2.5], history.Gateways[0].Traffic.RequestsPerSecond);
        Assert.Equal([7.5], history.Gateways[1].Traffic.RequestsPerSecond);
        Assert.Equal([0.25], history.Gateways[1].Traffic.ErrorsPerSecond);
        // 40 attempts, one of them a retry.
        Assert.Equal([9.75], history.Total.RequestsPerSecond);
        Assert.Equal([0.25], history.RetriesPerSecond);
        Assert.Equal([0.25], history.RefusalsPerSecond);
        Assert.Equal([_time.GetUtcNow().ToUnixTimeMilliseconds()], history.Times);
    }

    [Fact]
    public void Percentiles_are_those_of_the_step_and_of_all_gateways_together()
    {
        Serve("gw-1", 99, TimeSpan.FromMilliseconds(10));
        Serve("gw-2", 1, TimeSpan.FromSeconds(1));
        Sample();
        Serve("gw-1", 1, TimeSpan.FromMilliseconds(100));
        Sample();
        Sample();

        var history = _history.Read();

        Assert.InRange(history.Total.P50[0]!.Value, 10, 11.25);
        Assert.InRange(history.Total.P99[0]!.Value, 10, 11.25);
        Assert.InRange(history.Gateways[1].Traffic.P50[0]!.Value, 1000, 1125);
        Assert.InRange(history.Gateways[0].Traffic.P50[1]!.Value, 100, 112.5);
        Assert.Null(history.Gateways[1].Traffic.P50[1]);
        Assert.Null(history.Total.P99[2]);
    }

    [Fact]
    public void The_last_minute_is_current_and_forgets_what_is_older()
    {
        Serve("gw-1", 1, TimeSpan.FromSeconds(5));
        Assert.InRange(P99("gw-1")!.Value, 5000, 5625);

        for (var i = 0; i < TrafficHistory.StepsPerMinute; i++)
        {
            Sample();
            Assert.InRange(P99("gw-1")!.Value, 5000, 5625);
        }

        Serve("gw-1", 1, TimeSpan.FromMilliseconds(1));
        Sample();

        Assert.InRange(P99("gw-1")!.Value, 1, 1.125);
        for (var i = 0; i <= TrafficHistory.StepsPerMinute; i++)
        {
            Sample();
        }

        Assert.Null(P99("gw-1"));
    }

    [Fact]
    public void History_is_bounded()
    {
        for (var i = 0; i < TrafficHistory.Steps + 20; i++)
        {
            Serve("gw-1", i, TimeSpan.FromMilliseconds(1));
            Sample(TimeSpan.FromSeconds(1));
        }

        var history = _history.Read();

        Assert.Equal(TrafficHistory.Steps, history.Times.Count);
        Assert.Equal(Enumerable.Range(20, TrafficHistory.Steps).Select(i => (double?)i), history.Gateways[0].Traffic.RequestsPerSecond);
        Assert.Equal([new HistoryStatus.StateRun("healthy", TrafficHistory.Steps)], history.Gateways[0].States);
    }

    [Fact]
    public void States_are_runs_and_unknown_before_a_gateway_was_added()
    {
        Sample();
        Sample();
        Use("gw-1", "gw-2", "gw-3");
        Gateway("gw-3").Condition.Change(GatewayState.Unhealthy, "2 probes missed", _time.GetUtcNow());
        Sample();
        Gateway("gw-3").Condition.Change(GatewayState.Healthy, "answers probes", _time.GetUtcNow());
        Sample();
        Sample();

        var added = _history.Read().Gateways[2];

        Assert.Equal([new(null, 2), new("unhealthy", 1), new HistoryStatus.StateRun("healthy", 2)], added.States);
        Assert.Equal([null, null, 0, 0, 0], added.Traffic.RequestsPerSecond);
    }

    [Fact]
    public void A_gateway_that_is_gone_is_forgotten()
    {
        Sample();
        Use("gw-2");
        Assert.Equal(["gw-2"], _history.Read().Gateways.Select(gateway => gateway.Name));

        Sample();
        Use("gw-1", "gw-2");
        Serve("gw-1", 6, TimeSpan.FromMilliseconds(1));
        Sample();

        Assert.Equal([null, null, 3], _history.Read().Gateways[0].Traffic.RequestsPerSecond);
    }

    [Fact]
    public void Two_samples_at_the_same_moment_are_one()
    {
        Sample();
        _history.Sample();

        Assert.Single(_history.Read().Times);
    }

    [Fact]
    public void Changes_of_state_are_the_newest_first_and_bounded()
    {
        for (var i = 0; i < StateJournal.Capacity + 5; i++)
        {
            _journal.Add(new GatewayStateChange(_time.GetUtcNow(), $"gw-{i}", GatewayState.Healthy, GatewayState.Ejected, "because"));
        }

        var changes = _history.Read().Changes;

        Assert.Equal(StateJournal.Capacity, changes.Count);
        Assert.Equal(("gw-54", "healthy", "ejected"), (changes[0].Gateway, changes[0].Before, changes[0].After));
        Assert.Equal("gw-5", changes[^1].Gateway);
    }

    private void Use(params string[] names)
    {
        var known = _cluster.DestinationsState.AllDestinations.ToDictionary(destination => destination.DestinationId);
        DestinationState[] destinations = [.. names.Select(name => known.GetValueOrDefault(name) ?? Destination(name))];
        _cluster.DestinationsState = new ClusterDestinationsState(destinations, destinations);
        _registry.OnClusterChanged(_cluster);
    }

    private static DestinationState Destination(string name) =>
        new(name, new DestinationModel(new DestinationConfig { Address = $"http://{name}" }));

    private GatewayUnderTest Gateway(string name) => _registry.All.Single(gateway => gateway.Name == name);

    private void Serve(string name, int requests, TimeSpan duration)
    {
        for (var i = 0; i < requests; i++)
        {
            Gateway(name).Statistics.CountRequest();
            Gateway(name).Statistics.Latency.Record(duration);
        }
    }

    private void Sample(TimeSpan? after = null)
    {
        _time.Advance(after ?? TrafficHistory.Step);
        _history.Sample();
    }

    private double? P99(string name) => _history.LastMinute(Gateway(name)).P99;
}
