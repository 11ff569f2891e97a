using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class LatencyWindowTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Quantiles_are_unknown_without_requests() =>
        Assert.Equal([null, null], new LatencyWindow(_time).Quantiles(0.5, 0.99));

    [Fact]
    public void Quantiles_are_at_most_an_eighth_above_the_truth()
    {
        var window = new LatencyWindow(_time);
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
        {
            window.Record(TimeSpan.FromMilliseconds(milliseconds));
        }

        var quantiles = window.Quantiles(0.5, 0.95, 0.99, 1);

        foreach (var (quantile, truth) in quantiles.Zip([500.0, 950, 990, 1000]))
        {
            Assert.InRange(quantile!.Value.TotalMilliseconds, truth, truth * 1.125);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1_000_000)]
    public void Every_duration_has_a_bucket_that_holds_it(int microseconds)
    {
        var window = new LatencyWindow(_time);
        window.Record(TimeSpan.FromMicroseconds(microseconds));

        Assert.InRange(window.Quantiles(0.5)[0]!.Value.TotalMicroseconds, microseconds, Math.Max(microseconds + 1, microseconds * 1.125));
    }

    [Fact]
    public void What_is_older_than_a_minute_is_forgotten()
    {
        var window = new LatencyWindow(_time);
        window.Record(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(40));
        window.Record(TimeSpan.FromMilliseconds(1));
        Assert.True(window.Quantiles(1)[0] >= TimeSpan.FromSeconds(5));

        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.True(window.Quantiles(1)[0] < TimeSpan.FromMilliseconds(2));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(window.Quantiles(1)[0]);
    }
}
