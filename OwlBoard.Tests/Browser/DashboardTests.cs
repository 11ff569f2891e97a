using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;
using static Microsoft.Playwright.Assertions;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of the Aspire dashboard on the running system, with real traffic.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed partial class DashboardTests(RunningSystem system, Chromium chromium)
{
    [Fact]
    public async Task Dashboard_shows_every_program_as_running()
    {
        await system.IsWholeAsync();
        await using var page = await OpenAsync();

        foreach (var name in RunningSystem.Programs)
        {
            await Expect(Row(page, name).GetByText("Running", new() { Exact = true })).ToBeVisibleAsync();
        }

        await page.ScreenshotAsync("dashboard-resources");
    }

    [Fact]
    public async Task Dashboard_shows_a_trace_from_the_frontend_to_the_service()
    {
        await system.IsWholeAsync();
        await using var load = SteadyLoad.Start(new Uri(system.DesktopFrontend, "/api/users/"), requestsPerSecond: 5, readsOnly: true);
        await using var page = await OpenAsync();
        await page.Page.GotoAsync(new Uri(new Uri(system.Dashboard), "/traces").ToString());

        // Each program exports its spans every few seconds, so the newest trace may lack some. Pages of other tests send requests
        // too, so the row must contain a request of this test.
        var whole = new[] { "desktop-frontend", "load-balancer", "api-gateway-", "GET /api/users/" }.Aggregate(
            page.Page.GetByRole(AriaRole.Row), (rows, name) => rows.Filter(new() { HasText = name }));
        await whole.First.GetByText("GET /api/users/").ClickAsync();

        foreach (var name in new[] { "desktop-frontend", "load-balancer", "api-gateway-", "user-service" })
        {
            await Expect(page.Page.GetByText(name).First).ToBeVisibleAsync();
        }

        // Frontend, load balancer and gateway name their spans by the service, not by the catch-all route.
        await Expect(page.Page.GetByText("GET /api/users/{**path}", new() { Exact = true })).ToHaveCountAsync(3);
        await page.ScreenshotAsync("dashboard-trace");
    }

    [Fact]
    public async Task Dashboard_links_an_access_log_entry_to_its_trace()
    {
        await system.IsWholeAsync();
        var path = $"/api/users/?probe={Guid.NewGuid():N}";
        using (await system.Http.GetAsync(path, TestContext.Current.CancellationToken))
        {
            await using var page = await OpenAsync();
            await page.Page.GotoAsync(new Uri(new Uri(system.Dashboard), "/structuredlogs").ToString());

            var entry = page.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = path });
            await entry.GetByRole(AriaRole.Link).Last.ClickAsync();

            await Expect(page.Page.GetByText("GET /api/users/{**path}").First).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Gateway_leaves_the_rotation_and_returns_by_the_commands_of_the_dashboard()
    {
        await system.IsWholeAsync();
        await using var page = await OpenAsync();

        await ExecuteAsync(page, "api-gateway-2", "Drain");
        await system.HasActiveBackendsAsync(3);

        await ExecuteAsync(page, "api-gateway-2", "Activate");
        await system.HasActiveBackendsAsync(4);
    }

    [Fact]
    public async Task Gateway_stays_stopped_until_it_is_started_in_the_dashboard()
    {
        await system.IsWholeAsync();
        await using var page = await OpenAsync();

        await ExecuteAsync(page, "api-gateway-3", "Stop");
        await Expect(Row(page, "api-gateway-3").GetByText(Stopped())).ToBeVisibleAsync();
        await system.HasActiveBackendsAsync(3);
        // A crashed gateway is restarted within this time, see FailoverTests.
        await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(3, await system.ActiveBackendsAsync());

        await ExecuteAsync(page, "api-gateway-3", "Start");
        await system.HasActiveBackendsAsync(4);
    }

    private static ILocator Row(BrowserPage page, string name) =>
        page.Page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Page.GetByText(name, new() { Exact = true }) });

    private static async Task ExecuteAsync(BrowserPage page, string resource, string command)
    {
        await Row(page, resource).GetByRole(AriaRole.Button).Last.ClickAsync();
        await page.Page.GetByRole(AriaRole.Menuitem, new() { Name = command, Exact = true }).ClickAsync();
        await Expect(page.Page.GetByText($"\"{command}\" succeeded").Last).ToBeVisibleAsync();
    }

    private async Task<BrowserPage> OpenAsync()
    {
        SetDefaultExpectTimeout((float)Eventually.DefaultDeadline.TotalMilliseconds);
        var page = await chromium.OpenAsync();
        await page.Page.GotoAsync(system.Dashboard);
        await Expect(Row(page, "load-balancer")).ToBeVisibleAsync();
        return page;
    }

    [GeneratedRegex("^(Finished|Exited|Stopped)")]
    private static partial Regex Stopped();
}
