using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Bodies are forwarded completely, without delay and in both directions.</summary>
[Trait("Category", "Integration")]
public sealed class StreamingTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Expect_100_continue_is_answered_when_the_gateway_wants_the_body()
    {
        var wanted = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            await wanted.Task;
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync());
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        await Eventually.IsTrueAsync("the gateway has the head", () => !_gateway.Received.IsEmpty);
        wanted.SetResult();
        Assert.Equal(100, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("abcde");

        Assert.Equal("abcde", (await client.ReadResponseAsync()).Body);
    }

    /// <summary>A body of up to 1,024 bytes is requested anyway, since receiving it is cheaper than closing the connection.</summary>
    [Fact]
    public async Task A_gateway_that_refuses_the_head_is_never_sent_the_body_and_the_client_not_asked_for_it()
    {
        _gateway.Answer = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");

        Assert.Equal(401, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Chunks_go_through_in_both_directions()
    {
        _gateway.Answer = async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            foreach (var character in body)
            {
                await context.Response.WriteAsync($"{character}");
            }
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        await client.SendAsync("2\r\nbc\r\n");
        await client.SendAsync("0\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal("chunked", response.Header("Transfer-Encoding"));
        Assert.Null(response.Header("Content-Length"));
        Assert.Equal("abc", response.Body);

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("chunked", received.Header("Transfer-Encoding"));
    }

    /// <summary>The lengths are below, at and above the amount that is received together with the head.</summary>
    [Theory]
    [InlineData(15_000)]
    [InlineData(16 * 1024)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public async Task A_response_with_a_length_arrives_to_its_last_byte_on_a_connection_that_goes_on(int length)
    {
        _gateway.Answer = context =>
        {
            context.Response.ContentLength = length;
            return context.Response.WriteAsync(new string('x', length));
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(length, (await client.ReadResponseAsync()).Body.Length);
        }
    }

    [Fact]
    public async Task Server_sent_events_arrive_while_the_response_goes_on()
    {
        var seen = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await seen.Task;
            await context.Response.WriteAsync("data: 2\n\n");
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        using var response = await loadBalancer.Http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("data: 1", await events.ReadLineAsync(TestContext.Current.CancellationToken));
        seen.SetResult();
        Assert.Equal("\ndata: 2\n\n", await events.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Kestrel sends no trailers over HTTP/1.1 and YARP forwards no request trailers; bodies are not affected.</summary>
    [Fact]
    public async Task Trailers_end_here_and_do_no_harm()
    {
        _gateway.Answer = async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync($"{body} {context.Request.GetTrailer("X-Sum").Count}");
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n");
            Assert.Equal("abc 0", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_its_body_ends_the_gateways_request_too()
    {
        var aborted = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                aborted.SetResult();
            }
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
        await Eventually.IsTrueAsync("the gateway has the request", () => !_gateway.Received.IsEmpty);

        client.Dispose();

        await aborted.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("the request has ended", () => loadBalancer.Gateway("gw-1").Active == 0);
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
        Assert.Single(_gateway.Received);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_the_response_ends_the_gateways_request_too()
    {
        var aborted = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[10_000]);
            }

            aborted.SetResult();
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadResponseAsync(withBody: false);

        client.Dispose();

        await aborted.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("the request has ended", () => loadBalancer.Gateway("gw-1").Active == 0);
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task A_gateway_that_breaks_off_its_response_cannot_pass_it_off_as_whole()
    {
        var seen = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            await context.Response.WriteAsync("abc");
            await seen.Task;
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, (await client.ReadResponseAsync(withBody: false)).Status);
        Assert.Equal("3\r\nabc\r\n", await client.ReadAsync(8));
        seen.SetResult();

        Assert.Equal("", await client.ReadToEndAsync());
        await Eventually.IsTrueAsync("the failure counts against the gateway", () => loadBalancer.Gateway("gw-1").Statistics.Failures == 1);
    }

    [Fact]
    public async Task Head_has_the_headers_of_a_response_and_no_body()
    {
        _gateway.Answer = context =>
        {
            context.Response.ContentLength = 1234;
            context.Response.Headers.ETag = "\"1\"";
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        // Send two requests on one connection: an invalid body would be read as the second response.
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            var response = await client.ReadResponseAsync(withBody: false);
            Assert.Equal(200, response.Status);
            Assert.Equal("1234", response.Header("Content-Length"));
            Assert.Equal("\"1\"", response.Header("ETag"));
        }
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task A_response_without_a_body_leaves_the_connection_usable(int status)
    {
        _gateway.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.ETag = "\"1\"";
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            var response = await client.ReadResponseAsync();
            Assert.Equal(status, response.Status);
            Assert.Equal("\"1\"", response.Header("ETag"));
            Assert.Null(response.Header("Transfer-Encoding"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_larger_than_all_buffers_arrives_whole(bool chunked)
    {
        var body = new byte[20_000_000];
        new Random(7).NextBytes(body);
        _gateway.Answer = async context =>
        {
            context.Response.ContentLength = chunked ? null : body.Length;
            await context.Response.Body.WriteAsync(body);
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var received = await loadBalancer.Http.GetByteArrayAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), Convert.ToHexString(SHA256.HashData(received)));
    }

    [Fact]
    public async Task Requests_one_after_the_other_without_waiting_are_answered_in_order()
    {
        _gateway.Answer = context => context.Response.WriteAsync(context.Request.Path);
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync(string.Concat(Enumerable.Range(0, 10).Select(i => $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n")));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal($"/{i}", (await client.ReadResponseAsync()).Body);
        }
    }
}
