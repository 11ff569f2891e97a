using System.Diagnostics;
using System.Globalization;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Discovery;
using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>Tests of connections that end unexpectedly.</summary>
[Trait("Category", "Integration")]
public sealed class StaleConnectionTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unused_connection_that_the_upstream_closes_costs_no_request()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            connection.EndSending();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", (await AskAsync(app, i % 2 == 0 ? "GET" : "DELETE")).Body);
        }

        Assert.Equal(20, upstream.Requests.Count);
    }

    /// <summary>The upstream closes during the request: the proxy cannot know whether the request was processed.</summary>
    [Theory]
    [InlineData("GET", "\r\n", true)]
    [InlineData("DELETE", "\r\n", true)]
    [InlineData("POST", "Content-Length: 0\r\n\r\n", false)]
    [InlineData("POST", "Content-Length: 3\r\n\r\nabc", false)]
    [InlineData("PATCH", "Content-Length: 3\r\n\r\nabc", false)]
    [InlineData("PUT", "Content-Length: 3\r\n\r\nabc", false)]
    [InlineData("PURGE", "\r\n", false)]
    public async Task Request_whose_reused_connection_closes_unanswered_goes_again_only_if_that_is_safe(string method, string rest, bool isSafe)
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            if (connection.Number == 1)
            {
                await connection.ReadRequestAsync();
                connection.Reset();
            }
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        await AskAsync(app, "GET");
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n{rest}");
        var response = await client.ReadResponseAsync(withBody: false);

        Assert.Equal(isSafe ? 200 : 502, response.Status);
        Assert.Equal(isSafe ? ["GET", method, method] : ["GET", method], upstream.Requests.Select(request => request.Line.Split(' ')[0]));
    }

    [Fact]
    public async Task Request_whose_new_connection_closes_unanswered_goes_nowhere_else()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal(502, (await AskAsync(app, "GET")).Status);

        Assert.Single(upstream.Requests);
        Assert.Equal([ForwarderError.Request], app.Outcomes);
    }

    [Fact]
    public async Task Request_whose_answer_has_begun_does_not_go_again()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 2");
            connection.EndSending();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        await AskAsync(app, "GET");

        Assert.Equal(502, (await AskAsync(app, "GET")).Status);

        Assert.Equal(2, upstream.Requests.Count);
    }

    /// <summary>An unsolicited response, such as the 408 of a server that closes, is not the response to the next request.</summary>
    [Fact]
    public async Task Answer_that_nobody_asked_for_is_nobodys()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            if (connection.Number == 1)
            {
                await connection.SendAsync("HTTP/1.1 408 Timeout\r\nContent-Length: 4\r\n\r\nevil");
            }
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        // The status is 502 if both responses arrive together.
        await AskAsync(app, "GET");
        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);

        Assert.Equal("ok", (await AskAsync(app, "GET")).Body);
    }

    [Theory]
    [InlineData("before the answer", null)]
    [InlineData("in the answer", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")]
    [InlineData("in the chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\nabc")]
    public async Task Client_that_goes_away_ends_the_exchange_soon(string when, string? begun)
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(begun ?? "");
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Eventually.IsTrueAsync("the upstream has the request", () => upstream.Requests.Count == 1);
        if (begun is not null)
        {
            await client.ReadResponseAsync(withBody: false);
        }

        client.Dispose();
        var left = Stopwatch.GetTimestamp();
        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{when}: noticed at the upstream after {Stopwatch.GetElapsedTime(left).TotalMilliseconds:0} ms"));
        await Eventually.IsTrueAsync("the exchange has ended", () => app.Outcomes.Count == 1);
        Assert.Equal(begun is null ? ForwarderError.RequestCanceled : ForwarderError.ResponseBodyCanceled, app.Outcomes.Single());
    }

    [Fact]
    public async Task Upstream_that_is_silent_for_too_long_is_504()
    {
        await using var upstream = RawUpstream.Start(async connection => await connection.ReadRequestAsync());
        await using var app = await ForwardingApp.StartAsync(upstream, activityTimeout: TimeSpan.FromMilliseconds(300));

        Assert.Equal(504, (await AskAsync(app, "GET")).Status);

        Assert.Equal([ForwarderError.RequestTimedOut], app.Outcomes);
        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Upstream_whose_name_took_long_to_look_up_is_given_up_all_the_same()
    {
        await using var upstream = RawUpstream.Start(async connection => await connection.ReadRequestAsync());
        // The lookup outlasts the sweeps, which stop while there are no connections.
        var hosts = new FakeHostAddresses { Delay = TimeSpan.FromMilliseconds(300) };
        hosts.Set("upstream", "127.0.0.1");
        await using var app = await ForwardingApp.StartAsync(
            $"http://upstream:{upstream.Port}", new() { Hosts = hosts, ConnectTimeout = TimeSpan.FromSeconds(20) }, activityTimeout: TimeSpan.FromMilliseconds(100));

        Assert.Equal(504, (await AskAsync(app, "GET")).Status);

        Assert.Equal([ForwarderError.RequestTimedOut], app.Outcomes);
    }

    private static Task<RawResponse> AskAsync(ForwardingApp app, string method) =>
        RawClient.AskAsync(app.Address, $"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
}
