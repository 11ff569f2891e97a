using System.Net;
using System.Net.WebSockets;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class CorsTests
{
    private const string Desktop = "http://localhost:3002";
    private const string Mobile = "http://localhost:3001";

    [Theory]
    [InlineData(Desktop)]
    [InlineData(Mobile)]
    public async Task Preflight_is_answered_here_as_the_contract_says(string origin)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.SendAsync(HttpMethod.Options, "/api/users/1",
            ("Origin", origin), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "authorization"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(origin, Single(response, "Access-Control-Allow-Origin"));
        Assert.Equal("GET, POST, PUT, DELETE, PATCH, OPTIONS", Single(response, "Access-Control-Allow-Methods"));
        Assert.Equal(
            "Authorization, Content-Type, Accept, Origin, User-Agent, DNT, Cache-Control, Keep-Alive, X-Requested-With, If-Modified-Since",
            Single(response, "Access-Control-Allow-Headers"));
        Assert.Equal("1728000", Single(response, "Access-Control-Max-Age"));
        Assert.Equal("Origin", Single(response, "Vary"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/api/users")]
    [InlineData("/nowhere")]
    public async Task Answer_to_an_allowed_origin_has_its_header_once(string path)
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.AccessControlAllowCredentials = "true";
            context.Response.Headers["Access-Control-Expose-Headers"] = "X-Secret";
            context.Response.Headers.Vary = "Accept-Encoding, origin";
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.SendAsync(HttpMethod.Get, path, ("Origin", Desktop));

        Assert.Equal(Desktop, Single(response, "Access-Control-Allow-Origin"));
        Assert.Equal(["Access-Control-Allow-Origin"], CorsHeaders(response));
        Assert.Single(response.Headers.Vary, name => name.Equals("origin", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("GET", "http://evil.example")]
    [InlineData("OPTIONS", "http://evil.example")]
    [InlineData("GET", "http://localhost:3002.evil.example")]
    [InlineData("GET", "https://localhost:3002")]
    [InlineData("GET", "null")]
    public async Task Origin_that_is_not_allowed_gets_no_cors_headers(string method, string origin)
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.SendAsync(new(method), "/api/users",
            ("Origin", origin), ("Access-Control-Request-Method", "GET"));

        Assert.Empty(CorsHeaders(response));
        Assert.Equal("Origin", Single(response, "Vary"));
        Assert.Equal(method == "OPTIONS" ? 0 : 1, service.Requests.Count);
    }

    [Theory]
    [InlineData("POST", "http://evil.example")]
    [InlineData("PUT", "http://localhost:3002.evil.example")]
    [InlineData("PATCH", "https://localhost:3002")]
    [InlineData("DELETE", "null")]
    [InlineData("WEBSOCKET", "http://evil.example")]
    [InlineData("WEBSOCKET", "null")]
    public async Task Unsafe_request_or_WebSocket_of_an_origin_that_is_not_allowed_is_403(string method, string origin)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await SendAsync(gateway, method, ("Origin", origin), ("Host", "board.example:8000"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Gateway:AllowedOrigins", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(CorsHeaders(response));
        Assert.Empty(service.Requests);
    }

    /// <summary>The last two arguments are the client's host and scheme as forwarded by the load balancer.</summary>
    [Theory]
    [InlineData(Desktop, "gateway", null, null)]
    [InlineData(Mobile, "gateway", null, null)]
    [InlineData("http://board.example:8000", "board.example:8000", null, null)]
    [InlineData("http://192.0.2.7:3002", "localhost:8000", "192.0.2.7:3002", "http")]
    [InlineData("http://board.example", "gateway", "board.example", "http")]
    [InlineData("http://board.example", "gateway", "Board.Example:80", "http")]
    [InlineData("https://board.example", "gateway", "board.example:443", "https")]
    [InlineData("http://[2001:db8::1]:8000", "gateway", "[2001:db8::1]:8000", "http")]
    [InlineData("https://board.example", "gateway", "board.example", "http")]
    public async Task Unsafe_request_or_WebSocket_of_an_allowed_or_its_own_origin_passes(string origin, string host, string? forwardedHost, string? scheme)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);
        List<(string, string)> headers = [("Origin", origin), ("Host", host)];
        if (forwardedHost is not null)
        {
            headers.AddRange([("X-Forwarded-Host", forwardedHost), ("X-Forwarded-Proto", scheme!)]);
        }

        using var post = await SendAsync(gateway, "POST", [.. headers]);
        using var socket = new ClientWebSocket();
        headers.ForEach(header => socket.Options.SetRequestHeader(header.Item1, header.Item2));
        await socket.ConnectAsync(gateway.WebSocketUri("/api/chat/ws/b1"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Theory]
    [InlineData("http://board.example", "board.example", "https")]
    [InlineData("http://board.example:8000", "board.example", "http")]
    [InlineData("http://board.example", "board.example.evil.example", "http")]
    [InlineData("http://board.example", "", "http")]
    public async Task Origin_that_differs_from_what_the_client_asked_for_is_403(string origin, string forwardedHost, string scheme)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await SendAsync(gateway, "POST",
            ("Origin", origin), ("X-Forwarded-Host", forwardedHost), ("X-Forwarded-Proto", scheme));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Unsafe_request_without_an_origin_passes()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await SendAsync(gateway, "DELETE");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Answer_without_an_origin_still_varies_by_it()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.SendAsync(HttpMethod.Get, "/api/users");

        Assert.Empty(CorsHeaders(response));
        Assert.Equal("Origin", Single(response, "Vary"));
    }

    [Fact]
    public async Task Failure_of_a_service_has_cors_headers_too_so_that_the_page_can_read_it()
    {
        await using var gateway = TestGateway.Start(settings: [("Gateway:Services:users", $"http://127.0.0.1:{Fixtures.FreePort.Next()}")]);

        using var response = await gateway.SendAsync(HttpMethod.Get, "/api/users", ("Origin", Desktop));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(Desktop, Single(response, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Configured_origins_take_the_place_of_the_frontends()
    {
        await using var gateway = TestGateway.Start(settings:
            [("Gateway:AllowedOrigins:0", "https://board.example"), ("Gateway:AllowCredentials", "true")]);

        using var allowed = await gateway.SendAsync(HttpMethod.Get, "/health", ("Origin", "https://board.example"));
        using var refused = await gateway.SendAsync(HttpMethod.Get, "/health", ("Origin", Desktop));

        Assert.Equal("https://board.example", Single(allowed, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Single(allowed, "Access-Control-Allow-Credentials"));
        Assert.Empty(CorsHeaders(refused));
    }

    [Fact]
    public async Task Star_allows_every_origin()
    {
        await using var gateway = TestGateway.Start(settings: [("Gateway:AllowedOrigins:0", "*")]);

        using var response = await gateway.SendAsync(HttpMethod.Get, "/health", ("Origin", "http://any.example"));
        using var unsafeResponse = await gateway.SendAsync(HttpMethod.Post, "/nowhere", ("Origin", "http://any.example"));

        Assert.Equal("*", Single(response, "Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.NotFound, unsafeResponse.StatusCode);
    }

    /// <summary>Sends a request to the chat service; the method "WEBSOCKET" stands for an upgrade.</summary>
    private static Task<HttpResponseMessage> SendAsync(TestGateway gateway, string method, params (string, string)[] headers) =>
        method == "WEBSOCKET"
            ? gateway.SendAsync(HttpMethod.Get, "/api/chat/ws/b1",
                [.. headers, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])
            : gateway.SendAsync(new(method), "/api/chat/messages/b1", headers);

    private static string Single(HttpResponseMessage response, string header) =>
        Assert.Single(response.Headers.NonValidated[header]);

    private static string[] CorsHeaders(HttpResponseMessage response) =>
        [.. response.Headers.NonValidated.Select(h => h.Key).Where(name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase))];
}
