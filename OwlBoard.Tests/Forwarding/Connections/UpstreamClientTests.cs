using OwlBoard.Forwarding.Connections;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.Forwarding.Connections;

/// <summary>All clients sweep their idle connections on one shared thread.</summary>
[Trait("Category", "Integration")]
public sealed class UpstreamClientTests : IDisposable
{
    private readonly TestClients _clients = new();

    [Fact]
    public async Task Exchanges_of_a_client_that_was_disposed_still_have_their_limits()
    {
        await using var upstream = RawUpstream.Start(_ => Task.CompletedTask);
        using var gone = new CancellationTokenSource();
        UpstreamConnection silent;
        UpstreamConnection unwanted;
        using (var client = _clients.Create())
        {
            var pool = client.PoolFor(upstream.Address);
            silent = await pool.OpenAsync(Limits(TimeSpan.FromMilliseconds(100)));
            unwanted = await pool.OpenAsync(Limits(TimeSpan.FromHours(1), gone));
        }

        await Eventually.IsTrueAsync("the first exchange has timed out", () => silent.Ended == ConnectionEnd.TimedOut);
        Assert.Equal(ConnectionEnd.None, unwanted.Ended);

        await gone.CancelAsync();
        await Eventually.IsTrueAsync("the second exchange is cancelled", () => unwanted.Ended == ConnectionEnd.ClientDisconnected);
        Array.ForEach([silent, unwanted], connection => connection.Pool.Discard(connection));
    }

    [Fact]
    public async Task One_with_no_request_is_looked_after_as_well_as_one_that_has_requests_all_the_time()
    {
        await using var upstream = RawUpstream.Start(_ => Task.CompletedTask);
        using var busy = _clients.Create(new() { ConnectTimeout = Eventually.DefaultDeadline });
        var used = await busy.PoolFor(upstream.Address).OpenAsync(Limits(TimeSpan.FromHours(1)));
        using var quiet = _clients.Create(new() { ConnectTimeout = Eventually.DefaultDeadline, IdleTimeout = TimeSpan.FromMilliseconds(100) });
        var pool = quiet.PoolFor(upstream.Address);
        var unused = await pool.OpenAsync(Limits(TimeSpan.FromHours(1)));
        await Eventually.IsTrueAsync("both connections are open", () => upstream.Connections.Count == 2);

        pool.Return(unused);
        Assert.Equal(1, pool.Idle);
        await Eventually.IsTrueAsync("the idle connection is closed", () => pool.Idle == 0);
        Assert.Equal((ConnectionEnd.None, 1), (used.Ended, used.Pool.Used));

        // The sweeps start again after there was no idle connection.
        pool.Return(await pool.OpenAsync(Limits(TimeSpan.FromHours(1))));
        await Eventually.IsTrueAsync("the next idle connection is closed", () => pool.Idle == 0 && upstream.Connections.Count == 3);
        used.Pool.Discard(used);
    }

    public void Dispose() => _clients.Dispose();

    private static ExchangeLimits Limits(TimeSpan timeout, CancellationTokenSource? clientGone = null) =>
        new(timeout, clientGone?.Token ?? CancellationToken.None, CancellationToken.None);
}
