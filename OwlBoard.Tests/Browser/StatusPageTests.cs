using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of the load balancer's status page while gateways fail and are drained.</summary>
[Trait("Category", "EndToEnd")]
public sealed partial class StatusPageTests(Chromium chromium) : IAsyncLifetime
{
    private const string Token = "0123456789abcdef-secret";

    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync()
    {
        _gateways = [.. await Task.WhenAll(Enumerable.Range(1, 4).Select(i => FakeGateway.StartAsync($"api-gateway-{i}")))];
        Assertions.SetDefaultExpectTimeout((float)(2 * Eventually.DefaultDeadline).TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_dead_and_a_drained_gateway_are_seen_at_a_glance()
    {
        await using var loadBalancer = await StartAsync($"LoadBalancer:ManagementToken={Token}");
        await using var load = SteadyLoad.Start(new Uri(loadBalancer.Desktop, "/api/users/"), requestsPerSecond: 60);
        await using var page = await OpenAsync(loadBalancer);
        var hosts = new HashSet<string>();
        page.Page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);

        await Assertions.Expect(Verdict(page)).ToHaveTextAsync("All 4 gateways are in rotation");
        await Assertions.Expect(page.Page.Locator(".gateway .badge[data-tone=good]")).ToHaveCountAsync(4);
        await Assertions.Expect(page.Page.Locator(".part", new() { HasTextRegex = Percent() })).ToHaveCountAsync(4);
        await Assertions.Expect(Gateway(page, 1).Locator(".value").First).Not.ToHaveTextAsync(Nothing());
        await Assertions.Expect(Gateway(page, 1).Locator(".last dd").First).ToHaveTextAsync(ProbeAnswered());
        await Assertions.Expect(page.Page.Locator(".charts path.line").First).ToHaveAttributeAsync("d", Drawn());
        await page.LooksWellAsync("status-healthy");
        await HasNoViolationsAsync(page);

        await _gateways[1].StopAsync();
        await Assertions.Expect(Gateway(page, 2)).ToHaveAttributeAsync("data-state", "unhealthy");
        await Assertions.Expect(Verdict(page)).ToHaveTextAsync("3 of 4 gateways are in rotation");
        await Assertions.Expect(page.Page.Locator("#verdict li")).ToContainTextAsync("api-gateway-2 fails its health probes (");
        await Assertions.Expect(Gateway(page, 2).Locator(".last dd").Last).Not.ToHaveTextAsync("none");
        await Assertions.Expect(Gateway(page, 2).Locator(".strip span").Last).ToHaveAttributeAsync("data-tone", "bad");

        await DrainAsync(page, 3);
        await Assertions.Expect(Gateway(page, 3)).ToHaveAttributeAsync("data-state", "drained");
        await Assertions.Expect(Verdict(page)).ToHaveTextAsync("2 of 4 gateways are in rotation");
        await Assertions.Expect(page.Page.Locator(".changes tbody tr").First).ToContainTextAsync("drained by an operator");
        await page.LooksWellAsync("status-outage");
        await HasNoViolationsAsync(page);

        // The page keeps the token while it is open.
        await page.ByRole(AriaRole.Button, "Activate api-gateway-3").ClickAsync();
        await page.ByRole(AriaRole.Dialog, "Activate api-gateway-3").GetByRole(AriaRole.Button, new() { Name = "Activate" }).ClickAsync();
        await _gateways[1].StartAsync();
        await Assertions.Expect(Verdict(page)).ToHaveTextAsync("All 4 gateways are in rotation");
        await Assertions.Expect(page.Page.Locator(".changes tbody tr", new() { HasText = "activated by an operator" })).ToHaveCountAsync(1);
        await Assertions.Expect(page.Page.Locator(".changes tbody tr", new() { HasText = "probe succeeded" })).ToHaveCountAsync(1);
        Assert.Equal([loadBalancer.Management.Authority], hosts);
        page.HasNoErrors();
    }

    [Fact]
    public async Task A_wrong_token_is_refused_with_a_clear_message_and_then_slowed_down()
    {
        await using var loadBalancer = await StartAsync($"LoadBalancer:ManagementToken={Token}");
        await using var page = await OpenAsync(loadBalancer);
        await page.ByRole(AriaRole.Button, "Drain api-gateway-1").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        var dialog = page.ByRole(AriaRole.Dialog, "Drain api-gateway-1");
        await Assertions.Expect(dialog.GetByLabel("Management token")).ToBeFocusedAsync();

        await page.Page.Keyboard.TypeAsync("not-the-token");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Wrong token. Enter the value of LoadBalancer:ManagementToken.");
        await Assertions.Expect(dialog.GetByLabel("Management token")).ToBeFocusedAsync();
        await page.LooksWellAsync("status-token");
        await HasNoViolationsAsync(page);

        for (var i = 0; i < 4; i++)
        {
            await SubmitAsync(dialog, $"guess-{i}", page, 401);
        }

        await SubmitAsync(dialog, Token, page, 429);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync(TooMany());
        await SubmitAsync(dialog, "päss", page, status: null);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("ASCII");

        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(page.ByRole(AriaRole.Button, "Drain api-gateway-1")).ToBeFocusedAsync();
        await Assertions.Expect(Gateway(page, 1)).ToHaveAttributeAsync("data-state", "healthy");
        // The browser logs each refused request.
        Assert.All(page.Errors, error => Assert.Matches("status of (401|429)", error));
    }

    [Fact]
    public async Task Without_a_token_the_page_says_how_to_switch_draining_on()
    {
        await using var loadBalancer = await StartAsync();
        await using var page = await OpenAsync(loadBalancer);

        await Assertions.Expect(page.Page.Locator("#draining-is-off")).ToContainTextAsync("LoadBalancer__ManagementToken");
        await Assertions.Expect(page.Page.Locator(".gateway button:visible")).ToHaveCountAsync(0);
        page.HasNoErrors();
    }

    [Fact]
    public async Task The_page_fits_a_telephone()
    {
        await using var loadBalancer = await StartAsync($"LoadBalancer:ManagementToken={Token}");
        await using var load = SteadyLoad.Start(new Uri(loadBalancer.Desktop, "/"), requestsPerSecond: 40, readsOnly: true);
        await _gateways[3].StopAsync();
        await using var page = await OpenAsync(loadBalancer, Chromium.Phone);
        await Assertions.Expect(Gateway(page, 4)).ToHaveAttributeAsync("data-state", "unhealthy");
        await Assertions.Expect(Gateway(page, 1).Locator(".value").First).Not.ToHaveTextAsync(Nothing());

        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the screen.");
        await page.LooksWellAsync("status-phone");
        await HasNoViolationsAsync(page);
        await DrainAsync(page, 3);
        await Assertions.Expect(Gateway(page, 3)).ToHaveAttributeAsync("data-state", "drained");
        page.HasNoErrors();
    }

    [Fact]
    public async Task A_load_balancer_that_is_gone_is_said_and_found_again()
    {
        await using var page = await chromium.OpenAsync();
        await using var loadBalancer = await StartAsync();
        await page.Page.GotoAsync(loadBalancer.Management.ToString());
        await Assertions.Expect(page.Page.Locator("#connection")).ToHaveTextAsync("Live");

        await page.Context.SetOfflineAsync(true);
        await Assertions.Expect(page.Page.Locator("#connection")).ToHaveTextAsync(NoAnswer());
        await Assertions.Expect(page.Page.Locator(".gateway")).ToHaveCountAsync(4);

        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.Page.Locator("#connection")).ToHaveTextAsync("Live");
        Assert.All(page.Errors, error => Assert.Contains("ERR_INTERNET_DISCONNECTED", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Theme_follows_the_system_until_another_is_chosen()
    {
        await using var loadBalancer = await StartAsync();
        await using var page = await OpenAsync(loadBalancer, new() { ColorScheme = ColorScheme.Dark });
        Assert.True(await IsDarkAsync());

        await page.ByRole(AriaRole.Button, "Theme: auto").ClickAsync();
        Assert.False(await IsDarkAsync());
        await page.Page.ReloadAsync();
        Assert.False(await IsDarkAsync());
        await page.ByRole(AriaRole.Button, "Theme: light").ClickAsync();
        Assert.True(await IsDarkAsync());

        async Task<bool> IsDarkAsync() =>
            await page.Page.EvaluateAsync<int>("() => Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])") < 128;
    }

    private Task<LoadBalancerProcess> StartAsync(params string[] settings) => LoadBalancerProcess.StartAsync(
        _gateways.Select(gateway => (gateway.Name, gateway.Address)),
        [.. settings, "LoadBalancer:ActiveHealth:FlapWindow=00:00:00", "LoadBalancer:RateLimit:RequestsPerSecond=0", "LoadBalancer:AccessLog:Enabled=false"]);

    private async Task<BrowserPage> OpenAsync(LoadBalancerProcess loadBalancer, BrowserNewContextOptions? options = null)
    {
        var page = await chromium.OpenAsync(options);
        await page.Page.GotoAsync(loadBalancer.Management.ToString());
        await Assertions.Expect(page.Page.Locator("#connection")).ToHaveTextAsync("Live");
        return page;
    }

    /// <summary>Fails the test if axe-core, loaded by <see cref="BrowserPage.LooksWellAsync"/>, reports any problem.</summary>
    private static async Task HasNoViolationsAsync(BrowserPage page) => Assert.Empty(await page.Page.EvaluateAsync<string[]>(
        "async () => (await axe.run({ resultTypes: ['violations'] })).violations.flatMap(({ id, help, nodes }) => nodes.map(node => `${id}: ${help}: ${node.html}`))"));

    private static ILocator Verdict(BrowserPage page) => page.Page.Locator("#verdict h2");

    private static ILocator Gateway(BrowserPage page, int number) => page.Page.Locator($"#gateway-api-gateway-{number}");

    private static async Task DrainAsync(BrowserPage page, int number)
    {
        await page.ByRole(AriaRole.Button, $"Drain api-gateway-{number}").ClickAsync();
        var dialog = page.ByRole(AriaRole.Dialog, $"Drain api-gateway-{number}");
        await dialog.GetByLabel("Management token").FillAsync(Token);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Drain", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }

    private static async Task SubmitAsync(ILocator dialog, string token, BrowserPage page, int? status)
    {
        await dialog.GetByLabel("Management token").FillAsync(token);
        var button = dialog.GetByRole(AriaRole.Button, new() { Name = "Drain", Exact = true });
        if (status is null)
        {
            await button.ClickAsync();
            return;
        }

        var response = await page.Page.RunAndWaitForResponseAsync(() => button.ClickAsync(), response => response.Request.Method == "POST");
        Assert.Equal(status, response.Status);
    }

    [GeneratedRegex("%")]
    private static partial Regex Percent();

    [GeneratedRegex(@"^0(\.0)? ")]
    private static partial Regex Nothing();

    [GeneratedRegex(@"^succeeded, \d+ s ago$")]
    private static partial Regex ProbeAnswered();

    [GeneratedRegex("^M.*L")]
    private static partial Regex Drawn();

    [GeneratedRegex(@"^Too many wrong tokens from this address\. Try again in \d+ s\.$")]
    private static partial Regex TooMany();

    [GeneratedRegex(@"^No response\. Last update: \d\d:\d\d:\d\d\.$")]
    private static partial Regex NoAnswer();
}
