using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class RoutingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Routes { get; } = new()
    {
        { "users", "/api/users", "/users" },
        { "users", "/api/users/", "/users/" },
        { "users", "/api/users/7/dashboards?limit=5&x=%20a", "/users/7/dashboards?limit=5&x=%20a" },
        { "users", "/api/users/health", "/health" },
        { "users", "/api/users/health/more", "/users/health/more" },
        { "canvas", "/api/canvas?id=b1", "/canvas?id=b1" },
        { "canvas", "/api/canvas/save", "/canvas/save" },
        { "canvas", "/api/canvas/health", "/health" },
        { "comments", "/api/comments/dashboards/a%20b", "/comments/dashboards/a%20b" },
        { "comments", "/api/comments/health", "/health" },
        { "chat", "/api/chat/messages/b1?limit=2", "/chat/messages/b1?limit=2" },
        { "chat", "/api/chat/health", "/health" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Gateway_passes_each_path_to_its_service(string service, string path, string expected)
    {
        await using var target = await FakeService.StartAsync();
        await using var other = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(other, settings: [($"Gateway:Services:{service}", target.Address)]);

        using var response = await gateway.Client.GetAsync(path, Token);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync(Token));
        Assert.Single(target.Requests);
        Assert.Empty(other.Requests);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Gateway_passes_method_and_body_on(string method)
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context => context.Request.Body.CopyToAsync(context.Response.Body);
        await using var gateway = TestGateway.Start(service);

        using var request = new HttpRequestMessage(new(method), "/api/canvas/save") { Content = new StringContent("a stroke") };
        using var response = await gateway.Client.SendAsync(request, Token);

        Assert.Equal("a stroke", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(method, service.Requests.Single().Method);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/other")]
    [InlineData("/api/usersx")]
    [InlineData("/users")]
    [InlineData("/favicon.ico")]
    public async Task Unknown_path_is_404_with_a_problem_body(string path)
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service, settings: [("Gateway:Name", "api-gateway-3")]);

        using var response = await gateway.Client.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
        Assert.Contains(path, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("api-gateway-3", response.Headers.GetValues("X-Gateway").Single());
        Assert.Empty(service.Requests);
    }

    /// <summary>The load balancer and the service limit the size of a body, not the gateway.</summary>
    [Fact]
    public async Task Body_of_any_size_is_passed_on()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = async context =>
        {
            var length = 0L;
            var buffer = new byte[64 * 1024];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
            {
                length += count;
            }

            await context.Response.WriteAsync($"{length}");
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.Client.PostAsync("/api/canvas/b1", new ByteArrayContent(new byte[40 * 1024 * 1024]), TestContext.Current.CancellationToken);

        Assert.Equal($"{40 * 1024 * 1024}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Answer_of_a_service_that_is_no_success_passes_as_it_is()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = async context =>
        {
            context.Response.StatusCode = 422;
            await context.Response.WriteAsJsonAsync(new { detail = "password too short" });
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.Client.GetAsync("/api/users/register", Token);

        Assert.Equal(HttpStatusCode.UnprocessableContent, response.StatusCode);
        Assert.Equal("""{"detail":"password too short"}""", await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Health_says_healthy_and_503_while_draining()
    {
        await using var gateway = TestGateway.Start();

        using var healthy = await gateway.Client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        Assert.Equal("API Gateway is healthy", await healthy.Content.ReadAsStringAsync(Token));
        Assert.Equal("text/plain", healthy.Content.Headers.ContentType?.MediaType);

        gateway.Drain.BeginDrain();
        using var draining = await gateway.Client.GetAsync("/health", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, draining.StatusCode);
    }

    [Fact]
    public async Task Body_as_large_as_the_load_balancer_lets_through_reaches_the_service()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.WriteAsync($"{body.Length}");
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.Client.PostAsync("/api/canvas", new ByteArrayContent(new byte[10 * 1024 * 1024]), Token);

        Assert.Equal("10485760", await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Service_with_several_endpoints_is_used_at_all_of_them_and_a_dead_one_is_left_out()
    {
        await using var first = await FakeService.StartAsync();
        var second = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(settings:
        [
            ("services:comments-service:http:0", first.Address),
            ("services:comments-service:http:1", second.Address),
        ]);
        for (var i = 0; i < 40; i++)
        {
            using var response = await gateway.Client.GetAsync("/api/comments/1", Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.NotEmpty(first.Requests);
        Assert.NotEmpty(second.Requests);

        await second.DisposeAsync();
        var successes = 0;
        await Fixtures.Eventually.IsTrueAsync("20 consecutive responses without the dead replica", async () =>
        {
            using var response = await gateway.Client.GetAsync("/api/comments/1", Token);
            successes = response.IsSuccessStatusCode ? successes + 1 : 0;
            return successes == 20;
        });
    }
}
