using System.Net.Sockets;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Discovery;
using OwlBoard.Tests.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Connections;

[Trait("Category", "Integration")]
public sealed class ConnectionPoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Most_recently_used_connection_goes_first()
    {
        using var upstream = new UpstreamUnderTest();
        var all = await upstream.OpenIdleAsync(3);

        var first = upstream.Pool.TryTake(UpstreamUnderTest.Limits);
        var second = upstream.Pool.TryTake(UpstreamUnderTest.Limits);
        upstream.Pool.Return(first!);

        Assert.Same(all[2].Connection, first);
        Assert.Same(all[1].Connection, second);
        Assert.Same(first, upstream.Pool.TryTake(UpstreamUnderTest.Limits));
        Assert.Equal((1, 2), (upstream.Pool.Idle, upstream.Pool.Used));
    }

    [Fact]
    public void Empty_pool_has_no_connection_to_take()
    {
        using var upstream = new UpstreamUnderTest();

        Assert.Null(upstream.Pool.TryTake(UpstreamUnderTest.Limits));
    }

    [Fact]
    public async Task At_most_64_unused_connections_are_kept_and_the_rest_closed()
    {
        using var upstream = new UpstreamUnderTest();

        var all = await upstream.OpenIdleAsync(67);

        Assert.Equal((64, 0), (upstream.Pool.Idle, upstream.Pool.Used));
        foreach (var (_, socket) in all[64..])
        {
            Assert.True(await UpstreamUnderTest.IsClosedAsync(socket));
        }
    }

    [Fact]
    public async Task Connection_unused_for_the_idle_time_is_closed_and_one_used_meanwhile_is_not()
    {
        using var upstream = new UpstreamUnderTest(new() { IdleTimeout = TimeSpan.FromSeconds(60) });
        var all = await upstream.OpenIdleAsync(2);
        upstream.Time.Advance(TimeSpan.FromSeconds(59));
        upstream.Pool.Return(upstream.Pool.TryTake(UpstreamUnderTest.Limits)!);
        Assert.True(upstream.Pool.Sweep());
        Assert.Equal(2, upstream.Pool.Idle);

        upstream.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(upstream.Pool.Sweep());

        Assert.True(await UpstreamUnderTest.IsClosedAsync(all[0].Upstream));
        Assert.Same(all[1].Connection, upstream.Pool.TryTake(UpstreamUnderTest.Limits));
        Assert.Equal(0, upstream.Pool.Idle);
    }

    [Fact]
    public async Task Connection_older_than_the_lifetime_takes_no_further_request()
    {
        using var upstream = new UpstreamUnderTest(new() { Lifetime = TimeSpan.FromMinutes(5), IdleTimeout = TimeSpan.FromHours(1) });
        var (used, ofUsed) = await upstream.OpenAsync();
        var (idle, ofIdle) = await upstream.OpenAsync();
        upstream.Pool.Return(idle);

        upstream.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(upstream.Pool.TryTake(UpstreamUnderTest.Limits));
        upstream.Pool.Return(used);

        Assert.Equal((0, 0), (upstream.Pool.Idle, upstream.Pool.Used));
        Assert.True(await UpstreamUnderTest.IsClosedAsync(ofIdle));
        Assert.True(await UpstreamUnderTest.IsClosedAsync(ofUsed));
    }

    [Theory]
    [InlineData("closes")]
    [InlineData("resets")]
    [InlineData("speaks")]
    public async Task Unused_connection_that_the_upstream_ends_or_speaks_on_is_not_taken(string how)
    {
        using var upstream = new UpstreamUnderTest();
        var all = await upstream.OpenIdleAsync(2);
        switch (how)
        {
            case "closes":
                all[1].Upstream.Shutdown(SocketShutdown.Send);
                break;
            case "resets":
                all[1].Upstream.Close(0);
                break;
            default:
                await all[1].Upstream.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
                break;
        }

        await Eventually.IsTrueAsync("the connection is marked as dead", () => all[1].Connection.IsDead);

        Assert.Same(all[0].Connection, upstream.Pool.TryTake(UpstreamUnderTest.Limits));
        Assert.Null(upstream.Pool.TryTake(UpstreamUnderTest.Limits));
    }

    [Fact]
    public async Task Dead_unused_connection_is_closed_at_the_next_look()
    {
        using var upstream = new UpstreamUnderTest();
        var all = await upstream.OpenIdleAsync(1);
        all[0].Upstream.Shutdown(SocketShutdown.Send);
        await Eventually.IsTrueAsync("the connection is marked as dead", () => all[0].Connection.IsDead);

        Assert.False(upstream.Pool.Sweep());

        Assert.Equal(0, upstream.Pool.Idle);
        Assert.True(await UpstreamUnderTest.IsClosedAsync(all[0].Upstream));
    }

    [Fact]
    public async Task Connection_with_bytes_waiting_when_it_comes_back_is_not_kept()
    {
        using var upstream = new UpstreamUnderTest();
        var (connection, socket) = await upstream.OpenAsync();
        await socket.SendAsync("more than the answer"u8.ToArray(), Token);

        upstream.Pool.Return(connection);
        await Eventually.IsTrueAsync("the connection is closed", () =>
        {
            upstream.Pool.Sweep();
            return upstream.Pool is { Idle: 0, Used: 0 };
        });

        Assert.True(await UpstreamUnderTest.IsClosedAsync(socket));
    }

    [Fact]
    public async Task Silence_of_an_exchange_ends_it_at_its_limit()
    {
        using var upstream = new UpstreamUnderTest();
        var (connection, socket) = await upstream.OpenAsync();
        upstream.Pool.Sweep();
        var receiving = connection.ReceiveAsync().AsTask();

        upstream.Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        upstream.Pool.Sweep();
        Assert.Equal(ConnectionEnd.None, connection.Ended);
        upstream.Time.Advance(TimeSpan.FromTicks(1));
        upstream.Pool.Sweep();

        Assert.Equal(ConnectionEnd.TimedOut, connection.Ended);
        await Assert.ThrowsAnyAsync<Exception>(() => receiving.WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.True(await UpstreamUnderTest.IsClosedAsync(socket));
        upstream.Pool.Discard(connection);
        Assert.Equal(0, upstream.Pool.Used);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exchange_whose_client_went_away_or_that_is_cancelled_ends(bool isClient)
    {
        using var upstream = new UpstreamUnderTest();
        using var end = new CancellationTokenSource();
        var limits = isClient ? UpstreamUnderTest.Limits with { ClientDisconnected = end.Token } : UpstreamUnderTest.Limits with { Cancellation = end.Token };
        var (connection, socket) = await upstream.OpenAsync(limits);
        upstream.Pool.Sweep();
        Assert.Equal(ConnectionEnd.None, connection.Ended);

        await end.CancelAsync();
        upstream.Pool.Sweep();

        Assert.Equal(isClient ? ConnectionEnd.ClientDisconnected : ConnectionEnd.Cancelled, connection.Ended);
        Assert.True(await UpstreamUnderTest.IsClosedAsync(socket));
        upstream.Pool.Return(connection);
        Assert.Equal((0, 0), (upstream.Pool.Idle, upstream.Pool.Used));
    }

    [Fact]
    public async Task Limits_of_one_exchange_do_not_end_the_next_nor_an_unused_connection()
    {
        using var upstream = new UpstreamUnderTest();
        using var gone = new CancellationTokenSource();
        var (connection, _) = await upstream.OpenAsync(UpstreamUnderTest.Limits with { ClientDisconnected = gone.Token });
        upstream.Pool.Return(connection);

        await gone.CancelAsync();
        upstream.Time.Advance(TimeSpan.FromSeconds(30));
        upstream.Pool.Sweep();
        Assert.Same(connection, upstream.Pool.TryTake(UpstreamUnderTest.Limits));
        upstream.Pool.Sweep();

        Assert.Equal(ConnectionEnd.None, connection.Ended);
    }

    [Fact]
    public async Task Retired_pool_keeps_nothing()
    {
        using var upstream = new UpstreamUnderTest();
        var (used, ofUsed) = await upstream.OpenAsync();
        var (idle, ofIdle) = await upstream.OpenAsync();
        upstream.Pool.Return(idle);

        upstream.Pool.Retire();
        Assert.True(await UpstreamUnderTest.IsClosedAsync(ofIdle));
        await used.SendAsync("still of use"u8.ToArray());
        upstream.Pool.Return(used);

        Assert.Equal((0, 0), (upstream.Pool.Idle, upstream.Pool.Used));
        Assert.Equal(12, await ofUsed.ReceiveAsync(new byte[100], Token));
        Assert.True(await UpstreamUnderTest.IsClosedAsync(ofUsed));
    }

    [Fact]
    public async Task Refused_connection_says_where_and_that_it_was_connecting()
    {
        var port = FreePort.Next();
        using var upstream = new UpstreamUnderTest();
        var pool = new ConnectionPool(TestLoops.Instance, $"http://127.0.0.1:{port}", new(), upstream.Metrics, upstream.Time);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(async () => await pool.OpenAsync(UpstreamUnderTest.Limits));

        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.Used);
    }

    [Fact]
    public async Task Name_that_no_name_server_answers_for_costs_no_more_than_the_time_to_connect()
    {
        using var upstream = new UpstreamUnderTest();
        var hosts = new FakeHostAddresses();
        hosts.Silence("gateway");
        var pool = new ConnectionPool(TestLoops.Instance, "http://gateway:8080", new() { Hosts = hosts }, upstream.Metrics, upstream.Time);

        var opening = pool.OpenAsync(UpstreamUnderTest.Limits).AsTask();
        Assert.False(opening.IsCompleted);
        upstream.Time.Advance(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => opening);
        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
        Assert.Equal("Connecting to gateway:8080 timed out after 2 s.", failure.Message);
    }

    [Fact]
    public async Task Name_is_looked_up_for_each_connection()
    {
        await using var echo = RawEcho.Start();
        using var upstream = new UpstreamUnderTest();
        var hosts = new FakeHostAddresses();
        hosts.Set("gateway", "127.0.0.1");
        var pool = new ConnectionPool(TestLoops.Instance, $"http://gateway:{new Uri(echo.Address).Port}", new() { Hosts = hosts }, upstream.Metrics, upstream.Time);

        pool.Discard(await pool.OpenAsync(UpstreamUnderTest.Limits));
        pool.Discard(await pool.OpenAsync(UpstreamUnderTest.Limits));

        Assert.Equal(2, hosts.LookUps);
    }

    /// <summary>Sweeps, cancels, closes and reuses concurrently: the count stays right, and no connection is shared.</summary>
    [Fact]
    public async Task Takes_returns_sweeps_and_ends_at_the_same_time_keep_the_count()
    {
        using var upstream = new UpstreamUnderTest();
        using var stop = new CancellationTokenSource();
        await using var echo = RawEcho.Start();
        var pool = new ConnectionPool(TestLoops.Instance, echo.Address, new() { IdleConnections = 4 }, upstream.Metrics, TimeProvider.System);
        var sweeps = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                pool.Sweep();
                Thread.Yield();
            }
        }, Token);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 200; i++)
            {
                using var end = new CancellationTokenSource();
                var limits = new ExchangeLimits(TimeSpan.FromSeconds(30), end.Token, CancellationToken.None);
                var connection = pool.TryTake(limits) ?? await pool.OpenAsync(limits);
                var message = BitConverter.GetBytes((worker * 1000) + i);
                try
                {
                    await connection.SendAsync(message);
                    if (random.Next(10) == 0)
                    {
                        await end.CancelAsync();
                    }

                    while (connection.Received.Length < message.Length)
                    {
                        var count = await connection.ReceiveAsync();
                        if (count == 0)
                        {
                            throw new IOException("closed");
                        }

                        connection.Add(count);
                    }

                    // The reply to another worker's message would mean that two exchanges shared the connection.
                    Assert.Equal(message, connection.Received.ToArray());
                    pool.Return(connection);
                }
                catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException)
                {
                    Assert.NotEqual(ConnectionEnd.None, connection.Ended);
                    pool.Discard(connection);
                }
            }
        }, Token)));
        await stop.CancelAsync();
        await sweeps;

        Assert.Equal(0, pool.Used);
        Assert.InRange(pool.Idle, 0, 4);
        pool.Retire();
    }
}
