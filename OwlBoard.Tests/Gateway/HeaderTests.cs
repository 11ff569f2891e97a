using System.Diagnostics;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class HeaderTests
{
    [Theory]
    [InlineData("/api/users", "Gateway:Name", "api-gateway-2", "api-gateway-2")]
    [InlineData("/health", "OTEL_SERVICE_NAME", "api-gateway-4", "api-gateway-4")]
    [InlineData("/nowhere", "Gateway:AllowCredentials", "false", "api-gateway")]
    public async Task Each_response_names_the_gateway_and_no_server(string path, string key, string value, string expected)
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context =>
        {
            context.Response.Headers.Server = "uvicorn";
            context.Response.Headers["X-Gateway"] = "somebody else";
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service, settings: [(key, value)]);

        using var response = await gateway.SendAsync(HttpMethod.Get, path);

        Assert.Equal(expected, response.Headers.GetValues("X-Gateway").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Service_sees_the_host_that_the_client_asked_for_and_what_the_load_balancer_said_of_it()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.SendAsync(HttpMethod.Get, "/api/users/1",
            ("Host", "board.example:8000"), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "board.example"), ("X-Real-IP", "203.0.113.9"), ("Authorization", "Bearer t"));

        var headers = service.Requests.Single().Headers;
        Assert.Equal("board.example:8000", headers["Host"]);
        Assert.Equal("203.0.113.9, 127.0.0.1", headers["X-Forwarded-For"]);
        Assert.Equal("https", headers["X-Forwarded-Proto"]);
        Assert.Equal("board.example", headers["X-Forwarded-Host"]);
        Assert.Equal("203.0.113.9", headers["X-Real-IP"]);
        Assert.Equal("Bearer t", headers["Authorization"]);
    }

    [Fact]
    public async Task Trace_of_the_client_goes_on_at_the_service()
    {
        await using var service = await FakeService.StartAsync();
        // Spans are only recorded if an exporter is configured; its endpoint does not exist.
        await using var gateway = TestGateway.Start(service, settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"));
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var span = ActivitySpanId.CreateRandom().ToHexString();

        using var response = await gateway.SendAsync(HttpMethod.Get, "/api/users/1", ("traceparent", $"00-{trace}-{span}-01"));

        var parent = service.Requests.Single().Headers["traceparent"].Split('-');
        Assert.Equal(trace, parent[1]);
        Assert.NotEqual(span, parent[2]);
    }

    [Fact]
    public async Task Headers_as_large_as_the_load_balancer_lets_through_reach_the_gateways_services()
    {
        await using var gateway = TestGateway.Start();

        using var response = await gateway.SendAsync(HttpMethod.Get, "/health", ("X-Large", new string('a', 40_000)));

        Assert.Equal(200, (int)response.StatusCode);
    }
}
