using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Quantiles_are_unknown_without_requests() => Assert.Null(Quantile(0.5));

    [Fact]
    public void Quantiles_are_at_most_an_eighth_above_the_truth()
    {
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
        {
            _histogram.Record(TimeSpan.FromMilliseconds(milliseconds));
        }

        foreach (var (part, truth) in new[] { (0.5, 500.0), (0.95, 950), (0.99, 990), (1, 1000) })
        {
            Assert.InRange(Quantile(part)!.Value.TotalMilliseconds, truth, truth * 1.125);
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
        _histogram.Record(TimeSpan.FromMicroseconds(microseconds));

        Assert.InRange(Quantile(0.5)!.Value.TotalMicroseconds, microseconds, Math.Max(microseconds + 1, microseconds * 1.125));
    }

    [Fact]
    public void The_longest_and_a_negative_duration_are_counted_too()
    {
        _histogram.Record(TimeSpan.MaxValue);
        _histogram.Record(TimeSpan.FromSeconds(-1));

        Assert.Equal(TimeSpan.FromMicroseconds(1), Quantile(0.5));
        Assert.True(Quantile(1) > TimeSpan.FromHours(10));
    }

    private TimeSpan? Quantile(double part)
    {
        var counts = new int[LatencyHistogram.Buckets];
        _histogram.CopyTo(counts);
        return LatencyHistogram.Quantile(counts, part);
    }
}
