using System.Text;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>Tests of request fields between a client and a service, over HTTP/1.1.</summary>
[Trait("Category", "Integration")]
public sealed class RequestFieldTests
{
    [Theory]
    [InlineData("Cookie: name=caf\u00E9")]
    [InlineData("Referer: http://a/\u00FF\u0080")]
    [InlineData("User-Agent: \u00C3\u00A9")]
    [InlineData("X-Own: \u00E9\tb")]
    public async Task A_value_is_bytes_and_arrives_as_it_was_sent(string line)
    {
        await using var chain = WireChain.Start();

        var response = await AskAsync(chain, line);

        Assert.Equal(200, response.Status);
        Assert.Contains(line, chain.TakeReceived());
    }

    [Theory]
    [InlineData("Content-Length: +5")]
    [InlineData("Content-Length: -0")]
    [InlineData("Content-Length: +0")]
    [InlineData("Content-Length: 5 ,5")]
    [InlineData("Content-Length: 5\u00A0")]
    [InlineData("Content-Length: 9223372036854775807")]
    [InlineData("Content-Length: 05.0")]
    [InlineData("Content-Length:")]
    public async Task A_length_that_is_not_digits_is_refused(string line)
    {
        await using var chain = WireChain.Start();
        foreach (var address in new[] { chain.Address, chain.GatewayAddress })
        {
            using var client = await RawClient.ConnectAsync(address);

            await client.SendAsync($"POST {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\nhello");
            var response = await client.ReadResponseAsync();

            Assert.Equal(400, response.Status);
            Assert.Equal("close", response.Header("Connection"));
            Assert.Empty(chain.Service.Requests);
        }
    }

    [Theory]
    [InlineData("5")]
    [InlineData("05")]
    [InlineData("00000000000000000000000005")]
    public async Task A_length_of_digits_is_passed_on_as_a_number(string length)
    {
        await using var chain = WireChain.Start();

        var response = await RawClient.AskAsync(
            chain.Address, $"POST {WireChain.Path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\nhello");

        Assert.Equal(200, response.Status);
        Assert.Equal("hello", Assert.Single(chain.Service.Requests).Body);
        Assert.Contains("Content-Length: 5", chain.TakeReceived());
    }

    [Theory]
    [InlineData("Connection: keep-alive, X-Foo")]
    [InlineData("Connection: X-Foo, keep-alive")]
    [InlineData("Connection: close, x-foo")]
    [InlineData("Connection: keep-alive\r\nConnection: X-Foo")]
    [InlineData("Connection: X-Foo\r\nConnection: Keep-Alive")]
    [InlineData("Connection: close\r\nConnection: ,X-Foo ,")]
    [InlineData("Connection: keep-alive,\tX-Foo\t, X-Bar")]
    public async Task Fields_that_Connection_names_end_here(string connection)
    {
        await using var chain = WireChain.Start();
        foreach (var address in new[] { chain.Address, chain.GatewayAddress })
        {
            var response = await RawClient.AskAsync(
                address, $"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{connection}\r\nX-Foo: 1\r\nX-Kept: 2\r\n\r\n");

            Assert.Equal(200, response.Status);
            var received = chain.TakeReceived();
            Assert.DoesNotContain(received, line => line.StartsWith("X-Foo", StringComparison.OrdinalIgnoreCase));
            Assert.Contains("X-Kept: 2", received);
        }
    }

    [Fact]
    public async Task What_Connection_names_is_each_requests_own()
    {
        await using var chain = WireChain.Start();
        using var client = await RawClient.ConnectAsync(chain.Address);

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync($"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\nConn");
            await client.SendAsync("ection: keep-alive, X-Foo\r\nX-Foo: 1\r\n");
            await client.SendAsync("X-Kept: 2\r\n\r\n");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            Assert.DoesNotContain("X-Foo: 1", chain.TakeReceived());

            await client.SendAsync($"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nX-Foo: 1\r\n\r\n");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            Assert.Contains("X-Foo: 1", chain.TakeReceived());
        }
    }

    [Fact]
    public async Task The_rules_are_the_same_over_tls()
    {
        await using var chain = WireChain.Start();
        await using (var client = await TlsConnection.OpenAsync(chain.TlsPort))
        {
            using var reader = new StreamReader(client, Encoding.Latin1);
            await client.WriteAsync(
                Encoding.Latin1.GetBytes($"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\nConnection: close, X-Foo\r\nX-Foo: 1\r\nX_Bar: 2\r\nX-Kept: \u00E9\r\n\r\n"),
                TestContext.Current.CancellationToken);

            Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            var received = chain.TakeReceived();
            Assert.Contains("X-Kept: \u00E9", received);
            Assert.DoesNotContain(received, line => line.StartsWith("X-Foo", StringComparison.Ordinal) || line.StartsWith("X_Bar", StringComparison.Ordinal));
        }

        foreach (var line in (string[])["X\u0001A: 1", "X-A: b\u0001c", "Content-Length: +0"])
        {
            await using var client = await TlsConnection.OpenAsync(chain.TlsPort);
            using var reader = new StreamReader(client, Encoding.Latin1);
            await client.WriteAsync(Encoding.Latin1.GetBytes($"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"), TestContext.Current.CancellationToken);

            Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Empty(chain.Service.Requests);
    }

    [Fact]
    public async Task Connection_cannot_take_away_what_a_proxy_states_itself()
    {
        await using var chain = WireChain.Start();

        var response = await RawClient.AskAsync(
            chain.Address,
            $"POST {WireChain.Path} HTTP/1.1\r\nHost: a.example\r\nConnection: close, Host, Content-Length, X-Real-IP, X-Forwarded-For, X-Forwarded-Host\r\nContent-Length: 5\r\n\r\nhello");

        Assert.Equal(200, response.Status);
        Assert.Equal("hello", Assert.Single(chain.Service.Requests).Body);
        var received = chain.TakeReceived();
        Assert.Contains("Host: a.example", received);
        Assert.Contains("Content-Length: 5", received);
        Assert.Contains("X-Real-IP: 127.0.0.1", received);
        Assert.Contains("X-Forwarded-Host: a.example", received);
        Assert.Contains(received, line => line.StartsWith("X-Forwarded-For: 127.0.0.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Upgrade: h2c, websocket")]
    [InlineData("Upgrade: websocket , h2c")]
    [InlineData("Upgrade: foo/2,, WebSocket")]
    [InlineData("Upgrade: h2c\r\nUpgrade: websocket")]
    [InlineData("Upgrade: websocket\r\nUpgrade: foo")]
    public async Task Upgrade_is_a_list_of_which_a_WebSocket_is_chosen(string upgrade)
    {
        await using var service = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        });
        await using var gateway = TestGateway.Start(
            settings: [("Gateway:Services:canvas", service.Address)]);
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Gateways:0:Address", gateway.Client.BaseAddress!.ToString()), new("Gateways:0:Name", "gw-1")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync(
            $"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n{upgrade}\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var response = await client.ReadResponseAsync(withBody: false);

        Assert.Equal(101, response.Status);
        Assert.Equal("websocket", response.Header("Upgrade"));
        Assert.Equal("websocket", Assert.Single(service.Requests).Field("Upgrade"));
    }

    [Fact]
    public async Task A_list_without_WebSocket_is_no_upgrade()
    {
        await using var chain = WireChain.Start();

        var response = await AskAsync(chain, "Connection: Upgrade\r\nUpgrade: h2c, xwebsocket, foo");

        Assert.Equal(200, response.Status);
        Assert.DoesNotContain(chain.TakeReceived(), line => line.StartsWith("Upgrade", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Transfer-Encoding\u000B: chunked")]
    [InlineData("X\u0001Content-Length: 5")]
    [InlineData("X-A\u0000: 1")]
    [InlineData("X-A\u00E9: 1")]
    [InlineData("X-A : 1")]
    [InlineData("X\"A: 1")]
    [InlineData("X(A): 1")]
    [InlineData("X/A: 1")]
    [InlineData(": 1")]
    public async Task A_name_that_is_no_token_is_refused(string line)
    {
        await using var chain = WireChain.Start();
        foreach (var address in new[] { chain.Address, chain.GatewayAddress })
        {
            using var client = await RawClient.ConnectAsync(address);

            await client.SendAsync($"POST {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{line}\r\nContent-Length: 0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
            var answer = await client.ReadToEndAsync();

            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
            Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
            Assert.Empty(chain.Service.Requests);
        }
    }

    [Fact]
    public async Task Names_with_an_underscore_are_dropped()
    {
        await using var chain = WireChain.Start();
        foreach (var address in new[] { chain.Address, chain.GatewayAddress })
        {
            var response = await RawClient.AskAsync(
                address,
                $"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\nX_Real_IP: 1.2.3.4\r\nX_Forwarded_For: 1.2.3.4\r\n_: 1\r\nX-Kept: a_b\r\n\r\n");

            Assert.Equal(200, response.Status);
            var received = chain.TakeReceived();
            Assert.DoesNotContain(received, line => line.Split(':')[0].Contains('_', StringComparison.Ordinal));
            Assert.Contains("X-Kept: a_b", received);
        }
    }

    [Fact]
    public async Task Forwarded_passes_only_from_a_trusted_proxy()
    {
        const string Line = "Forwarded: for=192.0.2.1";
        await using (var chain = WireChain.Start())
        {
            Assert.Equal(200, (await AskAsync(chain, Line)).Status);
            Assert.DoesNotContain(chain.TakeReceived(), line => line.StartsWith("Forwarded:", StringComparison.OrdinalIgnoreCase));
        }

        await using var trusting = WireChain.Start(new KeyValuePair<string, string>("TrustedProxies:0", "127.0.0.0/8"));
        Assert.Equal(200, (await AskAsync(trusting, Line)).Status);
        Assert.Contains(Line, trusting.TakeReceived());
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 431)]
    [InlineData(104, 431)]
    [InlineData(150, 431)]
    public async Task The_limit_on_the_number_of_fields_is_exact(int fields, int status)
    {
        await using var chain = WireChain.Start();
        // The Host field counts too.
        var lines = string.Concat(Enumerable.Range(0, fields - 1).Select(i => $"X-{i / 2}: 1\r\n"));

        var response = await RawClient.AskAsync(chain.Address, $"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n");

        Assert.Equal(status, response.Status);
    }

    private static Task<RawResponse> AskAsync(WireChain chain, string lines) =>
        RawClient.AskAsync(chain.Address, $"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
}
