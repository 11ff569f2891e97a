using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Status;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer.Status;

/// <summary>Tests of the page and its data on the management port; <see cref="Browser.StatusPageTests"/> uses a browser.</summary>
[Trait("Category", "Integration")]
public sealed partial class StatusPageTests
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/status/app.js", "text/javascript")]
    [InlineData("/status/style.css", "text/css")]
    [InlineData("/status/owl.svg", "image/svg+xml")]
    [InlineData("/favicon.ico", "image/svg+xml")]
    public async Task Files_come_with_a_type_a_tag_and_strict_headers(string path, string type)
    {
        await using var loadBalancer = TestLoadBalancer.Start([]);
        var address = new Uri(loadBalancer.Management, path);

        using var response = await loadBalancer.Http.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["same-origin"], response.Headers.GetValues("Cross-Origin-Resource-Policy"));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy")).Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", string.Concat(policy), StringComparison.Ordinal);

        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await loadBalancer.Http.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var head = new HttpRequestMessage(HttpMethod.Head, address);
        using var without = await loadBalancer.Http.SendAsync(head, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, without.StatusCode);
        Assert.Empty(await without.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_file_that_the_page_names_is_there()
    {
        await using var loadBalancer = TestLoadBalancer.Start([]);
        var waiting = new Queue<Uri>([new Uri(loadBalancer.Management, "/")]);
        var seen = new HashSet<Uri>(waiting);
        while (waiting.TryDequeue(out var address))
        {
            var text = await loadBalancer.Http.GetStringAsync(address, TestContext.Current.CancellationToken);
            foreach (var named in NamedFile().Matches(text).Select(match => new Uri(address, match.Groups[1].Value)).Where(seen.Add))
            {
                waiting.Enqueue(named);
            }
        }

        Assert.InRange(seen.Count, 10, 20);
        Assert.All(seen, address => Assert.Equal(loadBalancer.Management.Authority, address.Authority));
    }

    [Theory]
    [InlineData("/status/app.js")]
    [InlineData("/status/history")]
    [InlineData("/favicon.ico")]
    public async Task The_page_does_not_exist_on_the_ports_that_clients_use(string path)
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);

        foreach (var listener in new[] { loadBalancer.Desktop, loadBalancer.Mobile })
        {
            using var response = await loadBalancer.Http.GetAsync(new Uri(listener, path), TestContext.Current.CancellationToken);
            Assert.Equal("gw-1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task History_follows_the_traffic()
    {
        var gateways = await FakeGateway.StartManyAsync(2);
        gateways[1].Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start(gateways);
        for (var i = 0; i < 8; i++)
        {
            await loadBalancer.AskAsync();
        }

        var history = await HistoryAsync(loadBalancer, history => Sum(history.GetProperty("gateways")[0].GetProperty("traffic"), "requestsPerSecond") > 0);

        Assert.Equal(2, history.GetProperty("stepSeconds").GetDouble());
        Assert.Equal(["gw-1", "gw-2"], history.GetProperty("gateways").EnumerateArray().Select(gateway => gateway.GetProperty("name").GetString()));
        Assert.True(Sum(history.GetProperty("gateways")[1].GetProperty("traffic"), "errorsPerSecond") > 0);
        Assert.True(Sum(history.GetProperty("gateways")[0].GetProperty("traffic"), "p99") > 0);
        Assert.True(Sum(history, "retriesPerSecond") > 0);
        Assert.Equal(0, Sum(history.GetProperty("total"), "errorsPerSecond"));
        var change = history.GetProperty("changes")[0];
        Assert.Equal(("gw-2", "healthy", "ejected"), (change.GetProperty("gateway").GetString(), change.GetProperty("before").GetString(), change.GetProperty("after").GetString()));
        Assert.Contains("503", change.GetProperty("reason").GetString(), StringComparison.Ordinal);
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Errors_of_the_total_are_those_that_clients_see()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        gateway.Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start([gateway], [new("RateLimit:RequestsPerSecond", "0.001"), new("RateLimit:Burst", "1")]);
        using var refused = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        using var alsoRefused = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        using var limited = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal((502, 502, 429), ((int)refused.StatusCode, (int)alsoRefused.StatusCode, (int)limited.StatusCode));

        var history = await HistoryAsync(loadBalancer, history => Sum(history.GetProperty("total"), "errorsPerSecond") > 0);

        Assert.InRange(2 * Sum(history.GetProperty("total"), "errorsPerSecond"), 1, 3);
        Assert.InRange(2 * Sum(history, "refusalsPerSecond"), 0.5, 1.5);
    }

    [Fact]
    public async Task Status_says_whether_gateways_can_be_drained()
    {
        await using var open = TestLoadBalancer.Start([]);
        await using var guarded = TestLoadBalancer.Start([], [new("ManagementToken", "0123456789abcdef-secret")]);

        Assert.False((await StatusAsync(open)).GetProperty("canDrain").GetBoolean());
        Assert.True((await StatusAsync(guarded)).GetProperty("canDrain").GetBoolean());
        Assert.DoesNotContain("secret", (await StatusAsync(guarded)).GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> HistoryAsync(TestLoadBalancer loadBalancer, Func<JsonElement, bool> isEnough)
    {
        JsonElement history = default;
        await Eventually.IsTrueAsync("the history contains the traffic", async () =>
        {
            history = await loadBalancer.Http.GetFromJsonAsync<JsonElement>(
                new Uri(loadBalancer.Management, StatusPage.HistoryPath), TestContext.Current.CancellationToken);
            return history.GetProperty("gateways").GetArrayLength() > 0 && isEnough(history);
        });
        return history;
    }

    private static async Task<JsonElement> StatusAsync(TestLoadBalancer loadBalancer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(loadBalancer.Management, "/lb-status"));
        request.Headers.Accept.Add(new("application/json"));
        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static double Sum(JsonElement parent, string series) => parent.GetProperty(series).EnumerateArray()
        .Where(value => value.ValueKind == JsonValueKind.Number)
        .Sum(value => value.GetDouble());

    [GeneratedRegex("""(?:src|href|from) ?=? ?["']((?:\./)?[\w/.-]+\.(?:js|css|svg))["']""")]
    private static partial Regex NamedFile();
}
