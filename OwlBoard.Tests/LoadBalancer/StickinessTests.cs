using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class StickinessTests : IAsyncLifetime
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static readonly KeyValuePair<string, string>[] ByCookie = [new("Stickiness:By", "cookie"), new("Stickiness:Key", Key)];

    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(4);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_client_with_the_cookie_stays_at_its_gateway_and_gets_it_once()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);
        var first = await SendAsync(loadBalancer);

        for (var i = 0; i < 8; i++)
        {
            var again = await SendAsync(loadBalancer, first.SetCookie);
            Assert.Equal((first.Gateway, null), (again.Gateway, again.SetCookie));
        }

        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(0, gateway.Active));
    }

    [Fact]
    public async Task Clients_without_a_cookie_are_spread_over_all()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);

        var answers = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add((await SendAsync(loadBalancer)).Gateway);
        }

        Assert.All(answers.CountBy(name => name), count => Assert.Equal(2, count.Value));
        Assert.Equal(4, answers.Distinct().Count());
    }

    [Fact]
    public async Task The_cookie_is_for_the_server_alone_and_for_the_session()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);

        var (gateway, cookie) = await SendAsync(loadBalancer);

        var attributes = cookie!.Split("; ");
        Assert.StartsWith("owlboard_gateway=", attributes[0], StringComparison.Ordinal);
        Assert.Equal(["httponly", "path=/", "samesite=lax"], attributes[1..].Order());
        // The cookie has the gateway's name and a signature, but not its address.
        var value = attributes[0]["owlboard_gateway=".Length..].Split('.');
        Assert.Equal(gateway, Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(value[0])));
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(value[1]).Length);
        Assert.Equal(2, value.Length);
    }

    [Fact]
    public async Task Name_and_lifetime_are_configurable_and_a_client_that_came_by_https_gets_a_secure_cookie()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways,
            [.. ByCookie, new("Stickiness:CookieName", "board"), new("Stickiness:CookieLifetime", "01:00:00"), new("TrustedProxies:0", "127.0.0.0/8")]);

        var (_, cookie) = await SendAsync(loadBalancer, header: ("X-Forwarded-Proto", "https"));

        Assert.StartsWith("board=", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "max-age=3600", "path=/", "samesite=lax", "secure"], cookie!.Split("; ")[1..].Order());
    }

    [Theory]
    [InlineData("owlboard_gateway=Z3ctMQ")]
    [InlineData("owlboard_gateway=Z3ctMQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("owlboard_gateway=%00%ff.;;")]
    [InlineData("owlboard_gateway=")]
    public async Task A_forged_cookie_is_ignored_and_replaced(string forged)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var (gateway, cookie) = await SendAsync(loadBalancer, forged);
            Assert.NotNull(cookie);
            answers.Add(gateway);
        }

        Assert.Equal(4, answers.Distinct().Count());
    }

    [Fact]
    public async Task A_cookie_signed_with_another_key_is_forged_and_one_of_a_load_balancer_with_the_same_key_is_not()
    {
        await using var one = TestLoadBalancer.Start(_gateways, ByCookie);
        await using var same = TestLoadBalancer.Start(_gateways, ByCookie);
        await using var other = TestLoadBalancer.Start(
            _gateways, [ByCookie[0], new("Stickiness:Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))]);

        var (_, cookie) = await SendAsync(one);

        Assert.Null((await SendAsync(same, cookie)).SetCookie);
        Assert.NotNull((await SendAsync(other, cookie)).SetCookie);
    }

    [Theory]
    [InlineData("owlboard_gateway=Z3ctMQ.stale; {0}")]
    [InlineData("{0}; owlboard_gateway=Z3ctMQ.stale")]
    [InlineData("a=b;owlboard_gateway=;{0} ; owlboard_gateway=x; xowlboard_gateway=y")]
    [InlineData("owlboard_gateway=stale\r\nCookie: {0}")]
    public async Task Any_valid_cookie_of_several_keeps_a_client_at_its_gateway(string cookies)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);
        var first = await SendAsync(loadBalancer);
        var line = cookies.Replace("{0}", first.SetCookie!.Split("; ")[0], StringComparison.Ordinal);

        for (var i = 0; i < 8; i++)
        {
            var response = await RawClient.AskAsync(loadBalancer.Desktop, $"GET / HTTP/1.1\r\nHost: a\r\nCookie: {line}\r\n\r\n");

            Assert.Equal((first.Gateway, null), (response.Header("X-Upstream-Server"), response.Header("Set-Cookie")));
        }
    }

    [Fact]
    public async Task A_client_whose_gateway_is_out_moves_and_its_cookie_is_renewed()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways, [.. ByCookie, new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:00.1"), new("ActiveHealth:Timeout", "00:00:00.1")]);
        var first = await SendAsync(loadBalancer);
        await _gateways.Single(gateway => gateway.Name == first.Gateway).StopAsync();
        await loadBalancer.IsInStateAsync(first.Gateway, GatewayState.Unhealthy);

        var moved = await SendAsync(loadBalancer, first.SetCookie);

        Assert.NotEqual(first.Gateway, moved.Gateway);
        Assert.NotNull(moved.SetCookie);
        Assert.Equal((moved.Gateway, null), await SendAsync(loadBalancer, moved.SetCookie));
    }

    [Theory]
    [InlineData("cookie")]
    [InlineData("client")]
    public async Task A_client_whose_gateway_fails_the_request_is_answered_by_another_one(string by)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("Stickiness:By", by), new("Stickiness:Key", Key), new("PassiveHealth:MaxFails", "0")]);
        var first = await SendAsync(loadBalancer);
        var sick = _gateways.Single(gateway => gateway.Name == first.Gateway);
        sick.Answer = Refuse;

        var moved = await SendAsync(loadBalancer, first.SetCookie);

        Assert.Equal(2, sick.Received.Count);
        Assert.NotEqual(first.Gateway, moved.Gateway);
        if (by == "cookie")
        {
            Assert.Equal((moved.Gateway, null), await SendAsync(loadBalancer, moved.SetCookie));
        }

        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(0, gateway.Active));
    }

    [Fact]
    public async Task A_gateway_that_failed_is_not_written_into_a_cookie()
    {
        foreach (var gateway in _gateways)
        {
            gateway.Answer = Refuse;
        }

        await using var loadBalancer = TestLoadBalancer.Start(_gateways, ByCookie);

        Assert.Null((await SendAsync(loadBalancer)).SetCookie);
    }

    [Fact]
    public async Task A_client_stays_by_its_address_until_its_gateway_is_out_and_returns_with_it()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways,
            [
                new("Stickiness:By", "client"), new("TrustedProxies:0", "127.0.0.0/8"), new("SlowStart", "00:00:00"),
                new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:00.1"), new("ActiveHealth:Timeout", "00:00:00.1"),
            ]);
        var clients = Enumerable.Range(1, 40).Select(i => $"203.0.113.{i}").ToArray();
        var before = await GatewaysOfAsync();
        Assert.Equal(before, await GatewaysOfAsync());
        Assert.Equal(4, before.Distinct().Count());

        await _gateways[1].StopAsync();
        await loadBalancer.IsInStateAsync("gw-2", GatewayState.Unhealthy);
        var without = await GatewaysOfAsync();
        Assert.DoesNotContain("gw-2", without);
        Assert.All(before.Zip(without), pair => Assert.True(pair.First == pair.Second || pair.First == "gw-2"));

        await _gateways[1].StartAsync();
        await loadBalancer.IsInStateAsync("gw-2", GatewayState.Healthy);
        Assert.Equal(before, await GatewaysOfAsync());

        async Task<List<string>> GatewaysOfAsync()
        {
            var gateways = new List<string>();
            foreach (var client in clients)
            {
                gateways.Add((await SendAsync(loadBalancer, header: ("X-Forwarded-For", client))).Gateway);
            }

            return gateways;
        }
    }

    [Fact]
    public async Task Stickiness_can_be_switched_on_and_its_key_changed_while_it_runs()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        Assert.Null((await SendAsync(loadBalancer)).SetCookie);

        Change(ByCookie[0].Value, Key);
        var (gateway, cookie) = await SendAsync(loadBalancer);
        Assert.Equal((gateway, null), await SendAsync(loadBalancer, cookie));

        Change("cookie", Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)));
        Assert.NotNull((await SendAsync(loadBalancer, cookie)).SetCookie);

        // The change is rejected: cookies require a key.
        var before = loadBalancer.Services.GetRequiredService<LiveOptions>().Current;
        Change("cookie", "");
        Assert.Same(before, loadBalancer.Services.GetRequiredService<LiveOptions>().Current);

        void Change(string by, string key)
        {
            var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();
            configuration["LoadBalancer:Stickiness:Key"] = key;
            configuration["LoadBalancer:Stickiness:By"] = by;
            ((IConfigurationRoot)configuration).Reload();
        }
    }

    [Theory]
    [InlineData("", "LoadBalancer:Stickiness:Key is ''; it must be at least 32 random bytes in base64, since Stickiness:By is cookie; generate them with 'openssl rand -base64 32'.")]
    [InlineData("c2VjcmV0", "LoadBalancer:Stickiness:Key is '***'; it must be at least 32 random bytes in base64, since Stickiness:By is cookie; generate them with 'openssl rand -base64 32'.")]
    [InlineData("not base64", "LoadBalancer:Stickiness:Key is '***'; it must be at least 32 random bytes in base64, since Stickiness:By is cookie; generate them with 'openssl rand -base64 32'.")]
    public void Cookies_without_a_good_key_are_refused_and_the_key_is_not_shown(string key, string message)
    {
        var refused = Assert.Throws<OptionsValidationException>(
            () => TestLoadBalancer.Start(_gateways, [new("Stickiness:By", "cookie"), new("Stickiness:Key", key)]));

        Assert.Equal([message], refused.Failures);
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static async Task<(string Gateway, string? SetCookie)> SendAsync(TestLoadBalancer loadBalancer, string? cookie = null, (string Name, string Value)? header = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, loadBalancer.Desktop);
        if (cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie.Split("; ")[0]);
        }

        if (header is { } extra)
        {
            request.Headers.Add(extra.Name, extra.Value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (
            response.Headers.GetValues("X-Upstream-Server").Single(),
            response.Headers.TryGetValues("Set-Cookie", out var values) ? values.Single() : null);
    }
}
