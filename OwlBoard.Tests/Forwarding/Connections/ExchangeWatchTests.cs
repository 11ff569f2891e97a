using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Connections;

namespace OwlBoard.Tests.Forwarding.Connections;

[Trait("Category", "Unit")]
public sealed class ExchangeWatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly ExchangeWatch _watch = new();

    public ExchangeWatchTests() => _watch.Begin(new(Limit, CancellationToken.None, CancellationToken.None));

    [Fact]
    public void Silence_counts_from_the_first_look_after_an_activity()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ConnectionEnd.None, Look());
        _time.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.Equal(ConnectionEnd.None, Look());

        _watch.Touch();
        Assert.Equal(ConnectionEnd.None, Look());
        _time.Advance(Limit - TimeSpan.FromTicks(1));
        Assert.Equal(ConnectionEnd.None, Look());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(ConnectionEnd.TimedOut, Look());
    }

    [Fact]
    public void Pause_lasts_until_the_next_touch()
    {
        Assert.Equal(ConnectionEnd.None, Look());
        _watch.Pause();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ConnectionEnd.None, Look());

        _watch.Touch();
        Assert.Equal(ConnectionEnd.None, Look());
        _time.Advance(Limit);
        Assert.Equal(ConnectionEnd.TimedOut, Look());
    }

    [Fact]
    public void Pause_does_not_hide_a_client_that_went_away()
    {
        using var gone = new CancellationTokenSource();
        _watch.Begin(new(Limit, gone.Token, CancellationToken.None));
        _watch.Pause();
        gone.Cancel();

        Assert.Equal(ConnectionEnd.ClientDisconnected, Look());
    }

    [Fact]
    public void New_exchange_begins_anew_after_a_pause()
    {
        _watch.Pause();
        _watch.Begin(new(TimeSpan.FromSeconds(1), CancellationToken.None, CancellationToken.None));
        Assert.Equal(ConnectionEnd.None, Look());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ConnectionEnd.TimedOut, Look());
    }

    private ConnectionEnd Look() => _watch.Look(_time.GetTimestamp(), _time);
}
