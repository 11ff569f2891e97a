using System.Text.Json;
using OwlBoard.Frontend;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Frontend;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>Tests, byte for byte, of forwarded and rejected request targets.</summary>
[Trait("Category", "Integration")]
public sealed class TargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Unchanged { get; } = new(
        ("/api/canvas/%252e%252e/metrics", "/canvas/%252e%252e/metrics"),
        ("/api/canvas/%2541", "/canvas/%2541"),
        ("/api/canvas/a%2500b", "/canvas/a%2500b"),
        ("/api/canvas/a%252Fb", "/canvas/a%252Fb"),
        ("/api/canvas/a%25E9b%E9", "/canvas/a%25E9b%E9"),
        ("/api/canvas/%2B%3B%3D%26%3A%40%24%2C%21%27-%2A%2F%2f%3f", "/canvas/%2B%3B%3D%26%3A%40%24%2C%21%27-%2A%2F%2f%3f"),
        ("/api/canvas/\"<>^`{|}[]~a\\b", "/canvas/\"<>^`{|}[]~a\\b"),
        ("/api/canvas/%c3%bc%0d%0a?%0d%0a&100%&%zz=%00?/../\\", "/canvas/%c3%bc%0d%0a?%0d%0a&100%&%zz=%00?/../\\"),
        ("/API/%63anvas?", "/%63anvas?"),
        ("/%61pi/Canvas//x//", "/Canvas//x//"),
        ("/api/canvas/a/../%2e/b%2e?/../", "/canvas/b%2e?/../"),
        ("/x/%2e%2E/api/canvas/y", "/canvas/y"),
        ("/api/canvas/x%2f..%2fy", "/canvas/x%2f..%2fy"),
        ("http://a/api/canvas/%252e%2B?x=%2F\\", "/canvas/%252e%2B?x=%2F\\"),
        ("http://a/x/../api/./canvas/y", "/canvas/y"),
        ("/api/canvas/health?x=%2B", "/health?x=%2B"));

    public static TheoryData<string> Refused { get; } = new(
            "/bar%", "/bar%2", "/bar%2?x", "/%zz", "/a\u0002", "/a?\u0002", "/a\u007F", "/a#b", "/..", "/api/canvas/../../..", "/%2e%2e/x", "/%2E./x", "//../x",
            "/api/canvas/..%2f..%2f..%2fx", "/a\\..\\..\\b", "http://a/%2e%2e%2fadmin", "http://a/x%2Fy", "http://a/a\\..\\b", "http://a/x%2f..%2fapi/chat/rooms",
            "http://a/..", "http://a/bar%", "http://a/%00", "http://u@a/");

    [Theory]
    [MemberData(nameof(Unchanged))]
    public async Task Service_receives_the_path_behind_the_prefix_and_the_query_as_they_were_sent(string target, string expected)
    {
        await using var chain = WireChain.Start();

        foreach (var address in (Uri[])[chain.Address, chain.GatewayAddress])
        {
            var response = await RawClient.AskAsync(address, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");

            Assert.Equal(200, response.Status);
            Assert.True(chain.Service.Requests.TryDequeue(out var received));
            Assert.Equal($"GET {expected} HTTP/1.1", received.Line);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Target_that_could_be_read_in_two_ways_gets_400_with_a_problem_body(string target)
    {
        await using var chain = WireChain.Start();

        foreach (var address in (Uri[])[chain.Address, chain.GatewayAddress])
        {
            var response = await RawClient.AskAsync(address, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");

            Assert.Equal(400, response.Status);
            Assert.Equal("application/problem+json", response.Header("Content-Type"));
            Assert.Equal("close", response.Header("Connection"));
            Assert.Equal(address == chain.Address ? "OwlBoard-LB" : null, response.Header("X-Load-Balancer"));
            Assert.Null(response.Header("X-Upstream-Server"));
            using var problem = JsonDocument.Parse(response.Body);
            Assert.Equal(400, problem.RootElement.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
        }

        Assert.Empty(chain.Service.Requests);
    }

    /// <summary>Kestrel rejects these before the pipeline; it parses a target without a leading slash as that of CONNECT.</summary>
    [Theory]
    [InlineData("/%00")]
    [InlineData("/a\0")]
    [InlineData("/\u00C3\u00BC")]
    [InlineData("/?\u00FF")]
    [InlineData("/a b")]
    [InlineData("/a\r\n\r\nb")]
    [InlineData("http://a b/")]
    [InlineData("http://a%62/")]
    [InlineData("ftp://a/")]
    [InlineData("HTTP://a/")]
    [InlineData("a", 405)]
    [InlineData("a:80", 405)]
    public async Task Target_that_is_none_is_refused(string target, int status = 400)
    {
        await using var chain = WireChain.Start();

        Assert.Equal(status, (await RawClient.AskAsync(chain.Address, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Equal(status, (await RawClient.AskAsync(chain.GatewayAddress, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Empty(chain.Service.Requests);
    }

    [Theory]
    [InlineData("/api/chat/rooms")]
    [InlineData("http://a/api/chat/rooms")]
    [InlineData("http://a/x/../api/%63hat")]
    [InlineData("/x/%2e%2e/api/chat")]
    [InlineData("/API/%63hat?x")]
    public async Task Limit_of_a_path_holds_for_all_targets_that_the_gateway_takes_for_it(string target)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var loadBalancer = TestLoadBalancer.Start(
            [],
            [
                new("Gateways:0:Address", upstream.Address),
                new("RateLimit:Routes:0:Path", "/api/chat"), new("RateLimit:Routes:0:RequestsPerSecond", "0.01"), new("RateLimit:Routes:0:Burst", "0"),
            ]);
        await RawClient.AskAsync(loadBalancer.Desktop, "GET /api/chat/other HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(429, (await RawClient.AskAsync(loadBalancer.Desktop, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        Assert.Single(upstream.Requests);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("http://a/health")]
    [InlineData("http://a/x/../health?y")]
    public async Task Own_paths_are_found_in_all_forms(string target)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var loadBalancer = TestLoadBalancer.Start([], [new("Gateways:0:Address", upstream.Address)]);

        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        for (var i = 0; i < 2; i++)
        {
            // Kestrel reuses the parsed target of the first request.
            await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: b\r\n\r\n");
            Assert.Equal("Load Balancer Healthy", (await client.ReadResponseAsync()).Body);
        }

        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("http://a")]
    public async Task Options_of_the_server_itself_get_204(string target)
    {
        await using var chain = WireChain.Start();
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop, $"Frontend:LoadBalancer={chain.Address}");

        foreach (var address in (Uri[])[chain.Address, chain.GatewayAddress, frontend.Client.BaseAddress!])
        {
            using var client = await RawClient.ConnectAsync(address);
            for (var i = 0; i < 2; i++)
            {
                await client.SendAsync($"OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n");
                var response = await client.ReadResponseAsync();

                Assert.Equal(204, response.Status);
                Assert.Equal(address == chain.Address ? "OwlBoard-LB" : null, response.Header("X-Load-Balancer"));
            }
        }

        Assert.Empty(chain.Service.Requests);
    }

    [Theory]
    [InlineData(Forwarders.Sockets)]
    [InlineData(Forwarders.Yarp)]
    public async Task Base_path_of_an_upstream_precedes_the_path_as_it_was_sent(string forwarder)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var app = await ForwardingApp.StartAsync(
            $"{upstream.Address}/base/", new() { ConnectTimeout = TimeSpan.FromSeconds(20) }, forwarder);

        await RawClient.AskAsync(app.Address, "GET /a%2Fb%2B HTTP/1.1\r\nHost: a\r\n\r\n");
        await RawClient.AskAsync(app.Address, "GET http://a?c HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(["GET /base/a%2Fb%2B HTTP/1.1", "GET /base/?c HTTP/1.1"], upstream.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task Frontend_passes_the_target_on_as_it_was_sent_and_refuses_what_the_others_refuse()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop, $"Frontend:LoadBalancer={upstream.Address}");
        var address = frontend.Client.BaseAddress!;

        foreach (var (target, _) in Unchanged.Select(row => (row.Data.Item1, row.Data.Item2)).Where(row => row.Item1[0] == '/'))
        {
            var response = await RawClient.AskAsync(address, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");

            Assert.Equal(200, response.Status);
            Assert.True(upstream.Requests.TryDequeue(out var received));
            Assert.Equal($"GET {target} HTTP/1.1", received.Line);
        }

        foreach (var target in Refused.Select(row => row.Data))
        {
            Assert.Equal(400, (await RawClient.AskAsync(address, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
        }

        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(Forwarders.Sockets)]
    [InlineData(Forwarders.Yarp)]
    public async Task Targets_over_http_2_obey_the_same_rules(string forwarder)
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var app = await ForwardingApp.StartAsync(upstream, forwarder);

        foreach (var target in Unchanged.Select(row => row.Data.Item1).Where(target => target[0] == '/'))
        {
            Assert.Equal(200, await AskAsync("GET", target));
            Assert.True(upstream.Requests.TryDequeue(out var received));
            Assert.Equal($"GET {target} HTTP/1.1", received.Line);
        }

        foreach (var target in Refused.Select(row => row.Data).Where(target => target[0] == '/'))
        {
            // Kestrel resets the stream of a request that it rejects.
            Assert.True(await AskAsync("GET", target) is 400 or 0, target);
        }

        Assert.Equal(400, await AskAsync("GET", "/bar%"));
        Assert.Equal(0, await AskAsync("GET", "http://a/"));
        Assert.Equal(204, await AskAsync("OPTIONS", "*"));
        Assert.Empty(upstream.Requests);

        Task<int> AskAsync(string method, string target) => Http2Request.AskAsync(
            app.Http2Address, (":method", method), (":scheme", "http"), (":authority", "a"), (":path", target));
    }

    /// <summary>Kestrel resets the stream if it rejects a byte.</summary>
    [Fact]
    public async Task Each_byte_over_http_2_arrives_unchanged_or_is_refused()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var app = await ForwardingApp.StartAsync(upstream);
        var wrong = new List<string>();

        for (var value = 0; value < 256; value++)
        {
            var (raw, isVisible) = ((char)value, value is > ' ' and < '\x7F' and not '#');
            foreach (var (target, isSent) in ((string, bool)[])
                [($"/a{raw}-", isVisible && raw != '%'), ($"/a%{value:X2}-", value != 0), ($"/a%25{value:X2}-", true), ($"/a?b{raw}-", isVisible), ($"/a?%{value:X2}", true)])
            {
                var status = await Http2Request.AskAsync(
                    app.Http2Address, (":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", target));
                var received = upstream.Requests.TryDequeue(out var request) ? request.Line : null;
                if (isSent ? (status, received) != (200, $"GET {target} HTTP/1.1") : status is not (400 or 0) || received is not null)
                {
                    wrong.Add($"{value:X2} as '{target}': {status} {received}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Load_balancer_obeys_them_over_http_2_too()
    {
        await using var chain = WireChain.Start();
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } })
        {
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var sent = await client.GetAsync(UriOf("/api/canvas/%252e%2B\\?%"), Token);
        using var refused = await client.GetAsync(UriOf("/api/canvas/%"), Token);

        Assert.Equal((200, 400), ((int)sent.StatusCode, (int)refused.StatusCode));
        Assert.Equal("OwlBoard-LB", refused.Headers.GetValues("X-Load-Balancer").Single());
        Assert.Equal("GET /canvas/%252e%2B\\?% HTTP/1.1", chain.Service.Requests.Single().Line);

        Uri UriOf(string target) =>
            new($"https://localhost:{chain.TlsPort}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
