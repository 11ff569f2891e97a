using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class HeaderTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Gateways_learn_who_asked_and_how()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/boards?sort=name&sort=age");
        request.Headers.Host = "owlboard.example:81";
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Real-IP", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", "https");

        await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("/boards?sort=name&sort=age", received.Target);
        Assert.Equal("owlboard.example:81", received.Header("Host"));
        Assert.Equal("127.0.0.1", received.Header("X-Real-IP"));
        Assert.Equal("203.0.113.9, 127.0.0.1", received.Header("X-Forwarded-For"));
        Assert.Equal("http", received.Header("X-Forwarded-Proto"));
        Assert.Equal("owlboard.example:81", received.Header("X-Forwarded-Host"));
        Assert.Equal($"{loadBalancer.Desktop.Port}", received.Header("X-Forwarded-Port"));
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", received.Header("traceparent"));
    }

    [Fact]
    public async Task What_they_learn_is_each_requests_own_on_a_connection_with_many()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            [_gateway], [new("TrustedProxies:0", "127.0.0.0/8")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        (string Host, string? For, string? Scheme)[] requests =
            [("a.example", null, null), ("a.example", null, null), ("b.example:81", "203.0.113.9", "https"), ("a.example", "203.0.113.8", "http"), ("a.example", null, null)];

        foreach (var (host, forwardedFor, scheme) in requests)
        {
            var fields = (forwardedFor is null ? "" : $"X-Forwarded-For: {forwardedFor}\r\n") + (scheme is null ? "" : $"X-Forwarded-Proto: {scheme}\r\n");
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);

            Assert.True(_gateway.Received.TryDequeue(out var received));
            Assert.Equal(host, received.Header("X-Forwarded-Host"));
            Assert.Equal(forwardedFor ?? "127.0.0.1", received.Header("X-Real-IP"));
            Assert.Equal(forwardedFor is null ? "127.0.0.1" : $"{forwardedFor}, 127.0.0.1", received.Header("X-Forwarded-For"));
            Assert.Equal(scheme ?? "http", received.Header("X-Forwarded-Proto"));
        }
    }

    [Fact]
    public async Task An_international_host_stays_as_the_client_wrote_it()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, "GET / HTTP/1.1\r\nHost: xn--bcher-kva.example:81\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("xn--bcher-kva.example:81", received.Header("Host"));
        Assert.Equal("xn--bcher-kva.example:81", received.Header("X-Forwarded-Host"));
    }

    [Fact]
    public async Task Values_beyond_ascii_pass_byte_by_byte_in_both_directions()
    {
        _gateway.Answer = context =>
        {
            context.Response.Headers["X-Back"] = context.Request.Headers["X-There"];
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        // "Eulé" in UTF-8.
        var response = await RawClient.AskAsync(loadBalancer.Desktop, "GET / HTTP/1.1\r\nHost: a\r\nX-There: Eul\u00C3\u00A9\r\n\r\n");

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("Eulé", received.Header("X-There"));
        Assert.Equal("Eul\u00C3\u00A9", response.Header("X-Back"));
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task A_trace_that_the_client_began_goes_on()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", received.Header("traceparent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_of_the_clients_hop_stay_there()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Second, X-Secret\r\nX-Secret: 1\r\nX-Second: 3\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Connection: x\r\nX-Kept: 2\r\n\r\n"),
            TestContext.Current.CancellationToken);
        await new StreamReader(client.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken);

        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("2", received.Header("X-Kept"));
        Assert.All(["X-Secret", "X-Second", "Keep-Alive", "Proxy-Connection"], name => Assert.Null(received.Header(name)));
        // These are the load balancer's own fields: it forwards trailers to this client.
        Assert.Equal(("TE", "trailers"), (received.Header("Connection"), received.Header("TE")));
    }

    [Fact]
    public async Task Responses_carry_the_load_balancers_headers_once_and_no_server_header()
    {
        _gateway.Answer = context =>
        {
            context.Response.Headers["X-Frame-Options"] = "DENY";
            context.Response.Headers["X-Load-Balancer"] = "forged";
            context.Response.Headers["X-Upstream-Server"] = "forged";
            context.Response.Headers["X-Other"] = "kept";
            return context.Response.WriteAsync("hello");
        };
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var desktop = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        var mobile = await loadBalancer.Http.GetAsync(loadBalancer.Mobile, TestContext.Current.CancellationToken);

        Assert.Equal(["OwlBoard-LB"], desktop.Headers.GetValues("X-Load-Balancer"));
        Assert.Equal(["OwlBoard-LB-Mobile"], mobile.Headers.GetValues("X-Load-Balancer"));
        Assert.Equal(["gw-1"], desktop.Headers.GetValues("X-Upstream-Server"));
        Assert.Equal(["SAMEORIGIN"], desktop.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["nosniff"], desktop.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["strict-origin-when-cross-origin"], desktop.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["kept"], desktop.Headers.GetValues("X-Other"));
        Assert.False(desktop.Headers.Contains("Server"));
        Assert.Equal("hello", await desktop.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
