using System.Net;

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

        Assert.Equal("*", Single(response, "Access-Control-Allow-Origin"));
    }

    private static string Single(HttpResponseMessage response, string header) =>
        Assert.Single(response.Headers.NonValidated[header]);

    private static string[] CorsHeaders(HttpResponseMessage response) =>
        [.. response.Headers.NonValidated.Select(h => h.Key).Where(name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase))];
}
