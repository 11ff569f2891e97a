using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class RetryTests : IAsyncLifetime
{
    private FakeGateway _sick = null!;
    private FakeGateway _well = null!;

    private IEnumerable<FakeGateway> Gateways => [_sick, _well];

    public async ValueTask InitializeAsync()
    {
        _sick = await FakeGateway.StartAsync("sick");
        _well = await FakeGateway.StartAsync("well");
        _well.Answer = async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync($"{context.Request.Method} {body.Length}");
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _sick.DisposeAsync();
        await _well.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", 502)]
    [InlineData("GET", 503)]
    [InlineData("GET", 504)]
    [InlineData("OPTIONS", 503)]
    [InlineData("PUT", 503)]
    [InlineData("DELETE", 503)]
    public async Task An_idempotent_request_that_gets_5xx_is_answered_by_another_gateway(string method, int status)
    {
        _sick.Answer = Refuse(status);
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("well", await loadBalancer.AskAsync(method: new HttpMethod(method)));
        }

        Assert.NotEmpty(_sick.Received);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task A_request_that_is_not_idempotent_is_not_sent_twice(string method)
    {
        _sick.Answer = Refuse(503);
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = new StringContent("x") };
            statuses.Add((await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], statuses.Order());
        Assert.Single(_sick.Received);
        Assert.Single(_well.Received);
    }

    [Fact]
    public async Task A_post_is_sent_to_another_gateway_when_the_first_refuses_the_connection()
    {
        await _sick.StopAsync();
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        for (var i = 0; i < 2; i++)
        {
            var response = await loadBalancer.Http.PostAsync("/", new StringContent("four"), TestContext.Current.CancellationToken);
            Assert.Equal("POST 4", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_reset_before_the_response_moves_an_idempotent_request()
    {
        _sick.Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("well", await loadBalancer.AskAsync());
        }

        Assert.NotEmpty(_sick.Received);
    }

    [Fact]
    public async Task A_reset_after_the_request_was_sent_is_a_502_for_a_post()
    {
        _sick.Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start([_sick, _well], [new("Gateways:0:Weight", "1000")]);

        var responses = new List<HttpResponseMessage>();
        for (var i = 0; i < 2; i++)
        {
            responses.Add(await loadBalancer.Http.PostAsync("/", new StringContent("x"), TestContext.Current.CancellationToken));
        }

        var failed = Assert.Single(responses, response => response.StatusCode != HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        Assert.Equal("application/problem+json", failed.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["sick"], failed.Headers.GetValues("X-Upstream-Server"));
        var problem = await failed.Content.ReadFromJsonAsync<ProblemDetails>(TestContext.Current.CancellationToken);
        Assert.Equal(502, problem?.Status);
        Assert.Contains("was lost", problem?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_body_is_sent_again_whole()
    {
        _sick.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 503;
        };
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        for (var i = 0; i < 2; i++)
        {
            var response = await loadBalancer.Http.PutAsync("/", new ByteArrayContent(new byte[64 * 1024]), TestContext.Current.CancellationToken);
            Assert.Equal("PUT 65536", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_body_that_is_larger_than_the_buffer_is_not_sent_again()
    {
        _sick.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 503;
        };
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 2; i++)
        {
            statuses.Add((await loadBalancer.Http.PutAsync("/", new ByteArrayContent(new byte[64 * 1024 + 1]), TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], statuses.Order());
    }

    [Fact]
    public async Task When_no_gateway_answers_the_problem_body_says_so_and_lists_what_was_tried()
    {
        await _sick.StopAsync();
        await _well.StopAsync();
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        var response = await loadBalancer.Http.GetAsync("/boards", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var tried = response.Headers.GetValues("X-Upstream-Server").Single();
        Assert.Equal(["sick", "well"], tried.Split(", ").Order());
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>(TestContext.Current.CancellationToken);
        Assert.Equal("/boards", problem?.Instance);
        Assert.Contains("No connection", problem?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_gateways_answer_is_passed_on_when_all_refuse()
    {
        _sick.Answer = Refuse(503);
        _well.Answer = Refuse(503);
        await using var loadBalancer = TestLoadBalancer.Start(Gateways);

        var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("refused with 503", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Single(_sick.Received);
        Assert.Single(_well.Received);
    }

    [Fact]
    public async Task A_gateway_that_is_too_slow_gives_504()
    {
        _sick.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var loadBalancer = TestLoadBalancer.Start([_sick], [new("Timeouts:Response", "00:00:00.2")]);

        var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Requests_that_wait_at_a_gateway_declared_dead_are_moved()
    {
        var frozen = new TaskCompletionSource();
        _sick.Answer = _ => frozen.Task;
        // Probes fail only once a request waits here. Their timeout is long enough for the other gateway on a busy machine.
        _sick.AnswerProbe = probe => _sick.Received.IsEmpty ? Task.CompletedTask : FakeGateway.Reset(probe);
        await using var loadBalancer = TestLoadBalancer.Start(
            Gateways,
            [new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:01"), new("ActiveHealth:Timeout", "00:00:01")]);

        var answers = await Task.WhenAll(loadBalancer.AskAsync(), loadBalancer.AskAsync());

        Assert.All(answers, name => Assert.Equal("well", name));
        Assert.NotEmpty(_sick.Received);
        Assert.Equal(GatewayState.Unhealthy, loadBalancer.Gateway("sick").Condition.State);
        frozen.SetResult();
    }

    [Fact]
    public async Task Retries_stay_within_their_budget()
    {
        _sick.Answer = Refuse(503);
        _well.Answer = Refuse(503);
        await using var loadBalancer = TestLoadBalancer.Start(
            Gateways, [new("PassiveHealth:MaxFails", "0"), new("Retry:BudgetMinimumPerSecond", "0"), new("Retry:BudgetRatio", "0.2")]);

        for (var i = 0; i < 50; i++)
        {
            await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        }

        var retries = _sick.Received.Count + _well.Received.Count - 50;
        Assert.InRange(retries, 8, 10);
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_failure_of_the_gateway()
    {
        _sick.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var loadBalancer = TestLoadBalancer.Start([_sick]);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await Fixtures.Eventually.IsTrueAsync("the request arrived", () => !_sick.Received.IsEmpty);

        client.Close();

        await Fixtures.Eventually.IsTrueAsync("the request has ended", () => loadBalancer.Gateway("sick").Active == 0);
        Assert.Equal(0, loadBalancer.Gateway("sick").Statistics.Failures);
    }

    private static RequestDelegate Refuse(int status) => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync($"refused with {status}");
    };
}
