using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class BreakerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_that_is_down_is_503_naming_it_within_a_second_while_the_others_go_on()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service, settings:
            [("Gateway:Services:chat", $"http://127.0.0.1:{FreePort.Next()}")]);
        // Exclude the start-up cost of the first request from the measurement.
        using var warm = await gateway.Client.GetAsync("/api/users", Token);

        for (var i = 0; i < 10; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var down = await gateway.Client.GetAsync("/api/chat/messages/b1", Token);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
            await AssertNamesAsync(down, HttpStatusCode.ServiceUnavailable, "chat-service");

            using var up = await gateway.Client.GetAsync("/api/users", Token);
            Assert.Equal(HttpStatusCode.OK, up.StatusCode);
        }

        Assert.Contains(gateway.Logs.Lines, line => line.StartsWith("Warning: Circuit breaker of /api/chat/messages/{**path} opened (Connection refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_that_does_not_even_refuse_connections_is_503_naming_it_within_a_second()
    {
        // With a full backlog the kernel drops further SYNs, as if the host were unreachable.
        using var full = new TcpListener(IPAddress.Loopback, 0);
        full.Start(backlog: 0);
        using var first = new TcpClient();
        await first.ConnectAsync((IPEndPoint)full.LocalEndpoint, Token);
        await using var service = await FakeService.StartAsync();
        await using var gateway = TestGateway.Start(service, settings: [("Gateway:Services:chat", $"http://{full.LocalEndpoint}")]);
        using var warm = await gateway.Client.GetAsync("/api/users", Token);

        var started = Stopwatch.GetTimestamp();
        using var down = await gateway.Client.GetAsync("/api/chat/messages/b1", Token);

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.7), TimeSpan.FromSeconds(1));
        await AssertNamesAsync(down, HttpStatusCode.ServiceUnavailable, "chat-service");
    }

    [Fact]
    public async Task Service_whose_name_is_not_known_yet_is_503_naming_it_and_served_once_it_is()
    {
        await using var service = await FakeService.StartAsync();
        var dns = new Forwarding.Discovery.FakeHostAddresses();
        await using var gateway = TestGateway.Start(hosts: dns, settings:
        [
            ("services:canvas-service:http:0", $"http://canvas.internal:{new Uri(service.Address).Port}"),
            ("Discovery:RetryDelay", "00:00:00.05"),
            ("Gateway:Breaker:MinimumRequests", "1000"),
        ]);

        using var unknown = await gateway.Client.GetAsync("/api/canvas", Token);
        await AssertNamesAsync(unknown, HttpStatusCode.ServiceUnavailable, "canvas-service");

        // The service listens on the first address only.
        dns.Set("canvas.internal", "127.0.0.1", "127.0.0.2");
        await Eventually.IsTrueAsync("the canvas service responds", async () =>
        {
            using var response = await gateway.Client.GetAsync("/api/canvas", Token);
            return response.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Breaker_opens_after_failures_probes_with_one_request_and_closes_again()
    {
        var time = new FakeTimeProvider();
        await using var service = await FakeService.StartAsync();
        var fails = true;
        service.Answer = context =>
        {
            if (fails)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service, time);

        for (var i = 0; i < 5; i++)
        {
            using var failure = await gateway.Client.GetAsync("/api/users", Token);
            Assert.Equal(HttpStatusCode.BadGateway, failure.StatusCode);
        }

        using var refused = await gateway.Client.GetAsync("/api/users", Token);
        await AssertNamesAsync(refused, HttpStatusCode.ServiceUnavailable, "user-service");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(5, service.Requests.Count);
        Assert.Contains(
            gateway.Logs.Lines,
            line => line.StartsWith("Warning: Circuit breaker of /api/users/{**path} opened (", StringComparison.Ordinal)
                && line.EndsWith("refusing its requests for 00:00:05.", StringComparison.Ordinal));

        // Half open: one probe reaches the service and fails; other requests are still rejected.
        time.Advance(TimeSpan.FromSeconds(5.1));
        using var probe = await gateway.Client.GetAsync("/api/users", Token);
        using var refusedAgain = await gateway.Client.GetAsync("/api/users", Token);
        Assert.Equal(6, service.Requests.Count);
        await AssertNamesAsync(refusedAgain, HttpStatusCode.ServiceUnavailable, "user-service");

        fails = false;
        time.Advance(TimeSpan.FromSeconds(5.1));
        for (var i = 0; i < 10; i++)
        {
            using var success = await gateway.Client.GetAsync("/api/users", Token);
            Assert.Equal(HttpStatusCode.OK, success.StatusCode);
        }
    }

    [Fact]
    public async Task Probe_while_half_open_is_alone()
    {
        var time = new FakeTimeProvider();
        await using var service = await FakeService.StartAsync();
        var gate = new TaskCompletionSource();
        var fails = true;
        service.Answer = async context =>
        {
            if (fails)
            {
                context.Abort();
                return;
            }

            await gate.Task;
        };
        await using var gateway = TestGateway.Start(service, time);
        for (var i = 0; i < 5; i++)
        {
            using var failure = await gateway.Client.GetAsync("/api/users", Token);
        }

        fails = false;
        time.Advance(TimeSpan.FromSeconds(5.1));
        var probe = gateway.Client.GetAsync("/api/users", Token);
        await Eventually.IsTrueAsync("the probe has reached the service", () => service.Requests.Count == 6);

        using var meanwhile = await gateway.Client.GetAsync("/api/users", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, meanwhile.StatusCode);
        Assert.Equal(6, service.Requests.Count);

        gate.SetResult();
        using var answer = await probe;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Route_that_is_slow_is_refused_and_the_others_of_its_service_go_on()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context => context.Request.Path == "/users/login"
            ? Task.Delay(Timeout.Infinite, context.RequestAborted)
            : Task.CompletedTask;
        await using var gateway = TestGateway.Start(service, settings: [("Gateway:ServiceTimeouts:users", "00:00:00.2")]);

        var logins = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => gateway.Client.PostAsync("/api/users/login", null, Token)));
        Assert.All(logins, login => Assert.Equal(HttpStatusCode.GatewayTimeout, login.StatusCode));

        using var refused = await gateway.Client.PostAsync("/api/users/login", null, Token);
        await AssertNamesAsync(refused, HttpStatusCode.ServiceUnavailable, "user-service");
        foreach (var path in (string[])["/api/users/", "/api/users/7/dashboards", "/api/users/register", "/api/users/health"])
        {
            using var other = await gateway.Client.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        Assert.Contains(
            "Warning: Circuit breaker of /api/users/login/{**path} opened (no response in time); refusing its requests for 00:00:05.",
            gateway.Logs.Lines);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Responses_do_not_open_the_breaker_whatever_their_status(HttpStatusCode status)
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context =>
        {
            context.Response.StatusCode = (int)status;
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service);

        for (var i = 0; i < 20; i++)
        {
            using var response = await gateway.Client.GetAsync("/api/users", Token);
            Assert.Equal(status, response.StatusCode);
        }

        Assert.Equal(20, service.Requests.Count);
    }

    [Fact]
    public async Task A_service_that_answers_503_is_named_and_cannot_name_another()
    {
        await using var service = await FakeService.StartAsync();
        var status = 503;
        service.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["X-Failed-Service"] = "forged";
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service);

        using var unavailable = await gateway.Client.GetAsync("/api/canvas", Token);
        status = 200;
        using var well = await gateway.Client.GetAsync("/api/canvas", Token);

        Assert.Equal(["canvas-service"], unavailable.Headers.GetValues("X-Failed-Service"));
        Assert.False(well.Headers.Contains("X-Failed-Service"));
    }

    [Fact]
    public async Task Clients_that_go_away_do_not_open_the_breaker()
    {
        await using var service = await FakeService.StartAsync();
        var waits = true;
        service.Answer = context => waits ? Task.Delay(Timeout.Infinite, context.RequestAborted) : Task.CompletedTask;
        await using var gateway = TestGateway.Start(service);
        for (var i = 1; i <= 8; i++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var request = gateway.Client.GetAsync("/api/users", patience.Token);
            await Eventually.IsTrueAsync("the request has reached the service", () => service.Requests.Count == i);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        waits = false;
        using var response = await gateway.Client.GetAsync("/api/users", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Service_that_does_not_answer_in_its_time_is_504_naming_it()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var gateway = TestGateway.Start(service, settings: [("Gateway:ServiceTimeouts:comments", "00:00:00.2")]);

        using var response = await gateway.Client.GetAsync("/api/comments/1", Token);

        await AssertNamesAsync(response, HttpStatusCode.GatewayTimeout, "comments-service");
    }

    [Fact]
    public async Task Service_that_breaks_off_is_502_naming_it()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var gateway = TestGateway.Start(service);

        using var response = await gateway.Client.GetAsync("/api/canvas", Token);

        await AssertNamesAsync(response, HttpStatusCode.BadGateway, "canvas-service");
    }

    private static async Task AssertNamesAsync(HttpResponseMessage response, HttpStatusCode status, string service)
    {
        Assert.Equal([service], response.Headers.GetValues("X-Failed-Service"));
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(service, problem.GetProperty("service").GetString());
        Assert.Contains(service, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
