namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of the request information that a trusted proxy in front forwards.</summary>
[Trait("Category", "Integration")]
public sealed class TrustedProxyTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("X-Forwarded-Proto", "https", "https")]
    [InlineData("X-Forwarded-Proto", "HTTPS", "https")]
    [InlineData("X-Forwarded-Proto", "wss", "https")]
    [InlineData("X-Forwarded-Proto", "WS", "http")]
    [InlineData("X-Forwarded-Proto", "ftp, https", "https")]
    [InlineData("X-Forwarded-Proto", "https, ftp", "http")]
    [InlineData("X-Forwarded-Proto", "", "http")]
    [InlineData("X-Forwarded-Host", "board.example", "board.example")]
    [InlineData("X-Forwarded-Host", "board.example:8443", "board.example:8443")]
    [InlineData("X-Forwarded-Host", "board.example:", "board.example")]
    [InlineData("X-Forwarded-Host", "x, [::1]:81", "[::1]:81")]
    [InlineData("X-Forwarded-Host", "a/b", "a.example")]
    [InlineData("X-Forwarded-Host", "a:b", "a.example")]
    [InlineData("X-Forwarded-Host", "", "a.example")]
    [InlineData("X-Forwarded-Port", "443", "443")]
    [InlineData("X-Forwarded-Port", "80,0443", "443")]
    [InlineData("X-Forwarded-Port", "0", null)]
    [InlineData("X-Forwarded-Port", "65536", null)]
    [InlineData("X-Forwarded-Port", "+80", null)]
    [InlineData("X-Forwarded-Port", "x", null)]
    public async Task Trusted_proxy_states_scheme_host_and_port(string name, string value, string? expected)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("TrustedProxies:0", "127.0.0.0/8")]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, $"GET / HTTP/1.1\r\nHost: a.example\r\n{name}: {value}\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal(expected ?? $"{loadBalancer.Desktop.Port}", received.Header(name));
        Assert.Equal("a.example", received.Header("Host"));
    }

    [Fact]
    public async Task Others_are_not_believed()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("TrustedProxies:0", "192.0.2.0/24")]);

        await RawClient.AskAsync(
            loadBalancer.Desktop,
            "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b.example\r\nX-Forwarded-Port: 443\r\n\r\n");

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("http", received.Header("X-Forwarded-Proto"));
        Assert.Equal("a.example", received.Header("X-Forwarded-Host"));
        Assert.Equal($"{loadBalancer.Desktop.Port}", received.Header("X-Forwarded-Port"));
    }
}
