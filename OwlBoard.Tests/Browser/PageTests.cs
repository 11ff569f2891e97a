using OwlBoard.Frontend;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Frontend;

namespace OwlBoard.Tests.Browser;

public sealed class PageTests(Chromium chromium)
{
    [Fact]
    public async Task Page_opens_without_an_error_in_the_console()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);
        await using var browser = await chromium.OpenAsync();

        await browser.Page.GotoAsync(frontend.Client.BaseAddress!.ToString());

        await browser.IsAccessibleAsync();
        await browser.ScreenshotAsync("first");
        Assert.Empty(browser.Errors);
    }
}
