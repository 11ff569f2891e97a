using Microsoft.Extensions.Time.Testing;
using OwlBoard.AppHost.Topology;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Unit")]
public sealed class RestartBackoffTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Backoff_restarts_within_a_second_when_a_process_crashes_for_the_first_time()
    {
        var backoff = new RestartBackoff(_time);

        Assert.InRange(backoff.NextDelay(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Backoff_doubles_up_to_its_limit_when_a_process_keeps_crashing()
    {
        var backoff = new RestartBackoff(_time);

        double[] delays = [.. Enumerable.Range(0, 9).Select(_ =>
        {
            backoff.Started();
            return backoff.NextDelay().TotalSeconds;
        })];

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30], delays);
    }

    [Fact]
    public void Backoff_begins_anew_when_a_process_ran_for_a_while()
    {
        var backoff = new RestartBackoff(_time);
        backoff.NextDelay();
        backoff.NextDelay();

        backoff.Started();
        _time.Advance(RestartBackoff.ResetAfter);

        Assert.Equal(RestartBackoff.First, backoff.NextDelay());
    }
}
