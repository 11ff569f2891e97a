using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class LimitTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeGateway.StartAsync("gw-1");
        _gateway.Answer = async context =>
        {
            var length = 0L;
            var buffer = new byte[81920];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var read)
            {
                length += read;
            }

            await context.Response.WriteAsync($"got {length}");
        };
    }

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task A_body_of_10_MiB_passes_and_one_that_says_it_is_larger_is_refused_before_any_gateway_is_asked()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var largest = new ByteArrayContent(new byte[10 * 1024 * 1024]);
        using var passed = await loadBalancer.Http.PostAsync("/", largest, TestContext.Current.CancellationToken);
        Assert.Equal("got 10485760", await passed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        _gateway.Received.Clear();

        // No byte of the body is sent: the response does not wait for it.
        var refused = await RawClient.AskAsync(loadBalancer.Desktop, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n");

        IsProblem(refused, 413, "10485760");
        Assert.Equal("close", refused.Header("Connection"));
        Assert.Empty(_gateway.Received);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_while_none_is_idle()
    {
        var release = new TaskCompletionSource();
        _gateway.Answer = _ => release.Task;
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("Limits:Connections", "2")]);
        using var refusals = new RecordedMetric(loadBalancer, "owlboard.connections_refused");
        using var first = await RawClient.ConnectAsync(loadBalancer.Desktop);
        using var second = await RawClient.ConnectAsync(loadBalancer.Mobile);
        await first.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await second.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Eventually.IsTrueAsync("the gateway has both requests", () => _gateway.Received.Count == 2);

        using var third = await RawClient.ConnectAsync(loadBalancer.Desktop);
        Assert.Equal("", await third.ReadToEndAsync());
        Assert.Equal(200, (await RawClient.AskAsync(loadBalancer.Management, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
        Assert.Equal(1, refusals.Sum);

        release.SetResult();
        Assert.Equal(200, (await first.ReadResponseAsync()).Status);
        Assert.Equal(200, (await second.ReadResponseAsync()).Status);
        second.Dispose();
        await Eventually.IsTrueAsync("one connection is open", () => loadBalancer.Services.GetRequiredService<ConnectionGate>().Count == 1);
        Assert.Equal(200, (await RawClient.AskAsync(loadBalancer.Mobile, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Status);
    }

    [Theory]
    [InlineData(null, long.MaxValue, int.MaxValue)]
    [InlineData(100L, long.MaxValue, 16)]
    [InlineData(1024L, long.MaxValue, 256)]
    [InlineData(1_048_576L, long.MaxValue, 524_032)]
    [InlineData(long.MaxValue, 384L * 1024 * 1024, 11_796)]
    [InlineData(1024L, 384L * 1024 * 1024, 256)]
    [InlineData(null, 1L, 16)]
    public void Connection_limit_follows_from_file_descriptors_and_memory(long? descriptors, long memory, int connections) =>
        Assert.Equal(connections, ConnectionLimits.Automatic(descriptors, memory));

    [Theory]
    [InlineData(0, 11_796, 2_949)]
    [InlineData(0, 20, 16)]
    [InlineData(500, 11_796, 500)]
    public void One_client_may_have_a_quarter_of_the_connections_by_default(int configured, int limit, int connections) =>
        Assert.Equal(connections, ConnectionLimits.OfClient(configured, limit));

    [Theory]
    [InlineData(0, 94)]
    [InlineData(50, 50)]
    [InlineData(5000, 94)]
    public void No_more_connections_are_held_than_the_file_descriptors_suffice_for(int configured, int connections) =>
        Assert.Equal(connections, ConnectionLimits.Effective(configured, automatic: 94));

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             31754                31754                processes ", null)]
    [InlineData("Max open files", null)]
    public void The_limit_of_file_descriptors_is_read_from_what_the_kernel_says(string line, long? limit) =>
        Assert.Equal(limit, FileDescriptors.Parse(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    [Fact]
    public async Task A_body_in_chunks_is_refused_as_soon_as_it_is_too_large_and_no_gateway_is_blamed()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("Limits:RequestBodyBytes", "100000")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync($"c350\r\n{new string('x', 50_000)}\r\n");
        await Eventually.IsTrueAsync("the gateway has the request", () => !_gateway.Received.IsEmpty);
        await client.SendAsync($"c351\r\n{new string('x', 50_001)}\r\n");

        IsProblem(await client.ReadResponseAsync(), 413, "too large");
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
        Assert.Single(_gateway.Received);
    }

    [Fact]
    public async Task A_changed_body_limit_applies_to_open_connections()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);

        var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();
        configuration["LoadBalancer:Limits:RequestBodyBytes"] = "4";
        ((IConfigurationRoot)configuration).Reload();

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n");
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task A_head_up_to_32_KiB_and_100_fields_passes_and_more_gives_431()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        // The field "Host: a" counts too.
        Assert.Equal(200, await StatusAsync(loadBalancer, Fields(99)));
        Assert.Equal(431, await StatusAsync(loadBalancer, Fields(100)));
        Assert.Equal(200, await StatusAsync(loadBalancer, $"X-A: {new string('x', 32_000)}\r\n"));
        Assert.Equal(431, await StatusAsync(loadBalancer, $"X-A: {new string('x', 33_000)}\r\n"));
        Assert.Equal(2, _gateway.Received.Count);

        static string Fields(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: 1\r\n"));
    }

    [Fact]
    public async Task A_request_line_up_to_8_KiB_passes_and_a_longer_one_gives_414()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        // "GET / HTTP/1.1\r\n" takes 16 of the 8,192 bytes.
        Assert.Equal(200, await StatusAsync(loadBalancer, "", new string('x', 8192 - 16)));
        Assert.Equal(414, await StatusAsync(loadBalancer, "", new string('x', 8192 - 15)));
        Assert.Single(_gateway.Received);
    }

    private static async Task<int> StatusAsync(TestLoadBalancer loadBalancer, string fields, string path = "") =>
        (await RawClient.AskAsync(loadBalancer.Desktop, $"GET /{path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n")).Status;

    private static void IsProblem(RawResponse response, int status, string detail)
    {
        Assert.Equal(status, response.Status);
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
        Assert.Equal("OwlBoard-LB", response.Header("X-Load-Balancer"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        using var problem = JsonDocument.Parse(response.Body);
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("/upload", problem.RootElement.GetProperty("instance").GetString());
        Assert.Contains(detail, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
