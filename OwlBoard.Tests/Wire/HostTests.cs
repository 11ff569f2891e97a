using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>Tests of the host that a request is for (RFC 9112 section 3.2).</summary>
[Trait("Category", "Integration")]
public sealed class HostTests
{
    [Fact]
    public async Task Host_is_that_of_a_target_in_absolute_form_and_has_no_empty_port()
    {
        await using var chain = WireChain.Start();
        (string Line, string Fields, string Expected)[] requests =
        [
            ("GET http://b.org/api/canvas HTTP/1.1", "Host: a.org\r\n", "b.org"),
            ("GET http://B.org:81/api/canvas HTTP/1.1", "Host: a.org\r\n", "B.org:81"),
            ("GET http://b.org:/api/canvas HTTP/1.1", "Host: b.org\r\n", "b.org"),
            ("GET https://b.org:80/api/canvas HTTP/1.1", "Host: a.org\r\n", "b.org:80"),
            ("GET http://[::1]:8080/api/canvas HTTP/1.1", "Host: a.org\r\n", "[::1]:8080"),
            ("GET http://b.org/api/canvas HTTP/1.0", "", "b.org"),
            ("GET /api/canvas HTTP/1.1", "Host: a.org:\r\n", "a.org"),
            ("GET /api/canvas HTTP/1.1", "Host: [::1]:\r\n", "[::1]"),
            ("GET /api/canvas HTTP/1.1", "Host: a.org:81\r\n", "a.org:81"),
            ("GET /api/canvas HTTP/1.1", "Host: A.org\r\n", "A.org"),
        ];

        foreach (var (line, fields, expected) in requests)
        {
            foreach (var address in (Uri[])[chain.Address, chain.GatewayAddress])
            {
                Assert.Equal(200, (await RawClient.AskAsync(address, $"{line}\r\n{fields}\r\n")).Status);

                Assert.True(chain.Service.Requests.TryDequeue(out var received));
                Assert.Equal(expected, received.Field("Host"));
                if (address == chain.Address)
                {
                    Assert.Equal(expected, received.Field("X-Forwarded-Host"));
                }
            }
        }
    }

    [Theory]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: :\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: a::\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: a:b\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: a/b\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: a\0\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: \u00FC\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "Host: a\r\nHost: a\r\n")]
    [InlineData("GET /api/canvas HTTP/1.1", "")]
    [InlineData("GET http://a/api/canvas HTTP/1.1", "")]
    [InlineData("GET http://a/api/canvas HTTP/1.1", "Host: a\r\nHost: a\r\n")]
    public async Task Request_without_one_valid_host_gets_400(string line, string fields)
    {
        await using var chain = WireChain.Start();

        Assert.Equal(400, (await RawClient.AskAsync(chain.Address, $"{line}\r\n{fields}\r\n")).Status);
        Assert.Equal(400, (await RawClient.AskAsync(chain.GatewayAddress, $"{line}\r\n{fields}\r\n")).Status);
        Assert.Empty(chain.Service.Requests);
    }

    [Fact]
    public async Task Authority_over_http_2_may_have_an_empty_port()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal(200, await Http2Request.AskAsync(app.Http2Address, (":method", "GET"), (":scheme", "http"), (":authority", "a.org:"), (":path", "/")));

        Assert.Equal("a.org", upstream.Requests.Single().Field("Host"));
    }
}
