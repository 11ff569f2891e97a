using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>A person walks through the dashboard of the running system, with real traffic.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed partial class DashboardPageTests(RunningSystem system, Chromium chromium)
{
    private static readonly string[] Pages = ["", "graph", "console", "logs", "traces", "metrics"];

    [Fact]
    public async Task Every_page_shows_the_system_and_can_be_read_by_everybody()
    {
        await using var page = await OpenAsync();
        await using var load = SteadyLoad.Start(new Uri(system.DesktopFrontend, "/api/users/"), requestsPerSecond: 20, readsOnly: true);

        await Assertions.Expect(page.Page.Locator("tr[data-resource] .badge[data-tone=good]")).ToHaveCountAsync(11);
        await Assertions.Expect(page.Page.Locator(".tile-value").Nth(1)).Not.ToHaveTextAsync(Nothing());
        await page.LooksWellAsync("dashboard-resources");

        await GoAsync(page, "Graph");
        await Assertions.Expect(page.Page.Locator(".node")).ToHaveCountAsync(12);
        foreach (var edge in new[] { "desktop-frontend load-balancer", "load-balancer api-gateway-1", "api-gateway-1 user-service" })
        {
            var ends = edge.Split(' ');
            await Assertions.Expect(page.Page.Locator("tbody tr", new() { HasText = ends[0] }).Filter(new() { Has = page.Page.Locator($"td:text-is('{ends[1]}')") })
                .Locator("td.number").First).Not.ToHaveTextAsync(Nothing());
        }

        await page.LooksWellAsync("dashboard-graph");

        await GoAsync(page, "Metrics");
        await Assertions.Expect(page.Page.Locator(".health-row")).ToHaveCountAsync(4);
        await Assertions.Expect(page.Page.Locator("figure path.line").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("th", new() { HasText = "api-gateway-1" }).Locator("xpath=../td[3]")).Not.ToHaveTextAsync(Nothing());
        await Assertions.Expect(page.Page.GetByLabel("Instrument")).ToHaveValueAsync("http.server.request.duration");
        await page.LooksWellAsync("dashboard-metrics");

        await GoAsync(page, "Traces");
        await page.Page.GetByLabel("Search").FillAsync("/api/users/");
        await page.Page.GetByLabel("Resource").SelectOptionAsync("user-service");
        await page.LooksWellAsync("dashboard-traces");
        // Spans come from each program every few seconds: the newest trace may lack some.
        string[] names = ["desktop-frontend", "load-balancer", "api-gateway-", "user-service"];
        await names.Aggregate(page.Page.Locator(".traces tr"), (rows, name) => rows.Filter(new() { HasText = name })).Locator("a").First.ClickAsync();
        foreach (var name in names)
        {
            await Assertions.Expect(page.Page.Locator(".span-who", new() { HasText = name }).First).ToBeVisibleAsync();
        }

        var last = page.Page.Locator(".span-row").Last;
        await last.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(last).ToHaveAttributeAsync("aria-expanded", "true");
        await Assertions.Expect(page.Page.Locator(".span-details:visible dt", new() { HasText = "http.response.status_code" })).ToBeVisibleAsync();
        await page.LooksWellAsync("dashboard-trace");

        await GoAsync(page, "Console");
        await page.Page.GetByLabel("Resource").SelectOptionAsync("load-balancer");
        await page.Page.GetByLabel("Search").FillAsync("/api/users/");
        await Assertions.Expect(page.Page.Locator(".console mark").First).ToHaveTextAsync("/api/users/");
        await page.LooksWellAsync("dashboard-console");

        await GoAsync(page, "Logs");
        await Assertions.Expect(page.Page.Locator(".records summary", new() { HasText = "Now listening on" }).First).ToBeVisibleAsync();
        await page.LooksWellAsync("dashboard-logs");
        page.HasNoErrors();
    }

    [Fact]
    public async Task A_gateway_is_stopped_started_and_restarted_and_the_load_balancer_notices()
    {
        await system.IsWholeAsync();
        await using var page = await OpenAsync();
        var row = page.Page.Locator("tr[data-resource=api-gateway-2]");
        await page.ByRole(AriaRole.Button, "Stop api-gateway-2").ClickAsync();
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync(StoppedState());
        await system.HasActiveBackendsAsync(3);

        await page.ByRole(AriaRole.Button, "Start api-gateway-2").ClickAsync();
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync("Running");
        await system.IsWholeAsync();
        var pid = await row.Locator("td").Nth(2).TextContentAsync();

        await page.ByRole(AriaRole.Button, "Restart api-gateway-2").ClickAsync();
        await Assertions.Expect(row.Locator("td").Nth(2)).Not.ToHaveTextAsync(NoOrThisPid(pid!));
        await Assertions.Expect(row.Locator(".badge")).ToHaveTextAsync("Running");
        Assert.NotEqual(pid, await row.Locator("td").Nth(2).TextContentAsync());
        await system.IsWholeAsync();
        page.HasNoErrors();
    }

    [Fact]
    public async Task The_page_is_light_quick_and_asks_nobody_else()
    {
        await using var page = await OpenAsync();
        var hosts = new HashSet<string>();
        page.Page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        var durations = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            await page.Page.ReloadAsync();
            await Assertions.Expect(page.Page.Locator("tr[data-resource]")).ToHaveCountAsync(11);
            durations.Add(await page.Page.EvaluateAsync<double>("() => performance.getEntriesByType('navigation')[0].loadEventEnd"));
        }

        var bytes = await page.Page.EvaluateAsync<long>(
            "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.encodedBodySize, 0)");
        // The best of three: other tests' processes may be busy.
        Assert.InRange(durations.Min(), 0, 1000);
        Assert.InRange(bytes, 10_000, 300 * 1024);
        Assert.Single(hosts);
    }

    [Fact]
    public async Task Every_page_fits_a_telephone()
    {
        await using var page = await OpenAsync(Chromium.Phone);
        foreach (var path in Pages)
        {
            await page.Page.EvaluateAsync("path => location.hash = `#/${path}`", path);
            await Assertions.Expect(page.Page.Locator($"#nav-{path}[aria-current=page]")).ToBeVisibleAsync();
            Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"#/{path} is wider than the screen");
        }
    }

    private async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        Assertions.SetDefaultExpectTimeout((float)Eventually.DefaultDeadline.TotalMilliseconds);
        var page = await chromium.OpenAsync(options);
        await page.Page.GotoAsync(system.Dashboard);
        await Assertions.Expect(page.Page.Locator("#connection")).ToHaveTextAsync("Live");
        return page;
    }

    private static async Task GoAsync(BrowserPage page, string name)
    {
        await page.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
    }

    private static Regex NoOrThisPid(string pid) => new($"^(–|{pid})$");

    [GeneratedRegex("^(0|–)?$")]
    private static partial Regex Nothing();

    [GeneratedRegex("^Stopped")]
    private static partial Regex StoppedState();
}
