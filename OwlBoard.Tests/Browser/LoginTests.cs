using System.Net.Http.Json;
using Microsoft.Playwright;
using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of the login with an existing account, in a browser without any stored state.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LoginTests(RunningSystem system, Chromium chromium)
{
    private const string Password = "whoooo";

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Returning_user_logs_in_with_the_button_or_the_Enter_key(bool onPhone, bool withEnter)
    {
        var email = await RegisterAsync("Ana Torres");
        await using var visitor = await OpenAsync(onPhone);

        await TypeAsync(visitor.Page, email, Password);
        await SubmitAsync(visitor.Page, withEnter);

        await visitor.Page.WaitForSelectorAsync("#boards-view:not([hidden])");
        visitor.HasNoErrors();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Returning_user_logs_in_after_a_wrong_password_and_a_look_at_signing_up(bool onPhone)
    {
        var email = await RegisterAsync("Ana Torres");
        await using var visitor = await OpenAsync(onPhone);

        await TypeAsync(visitor.Page, email, "wrong " + Password);
        await SubmitAsync(visitor.Page, withEnter: true);
        await Assertions.Expect(visitor.Page.Locator("#login-problem")).ToHaveTextAsync("Wrong e-mail or password.");
        await visitor.Page.ClickAsync("#choose-register");
        await visitor.Page.ClickAsync("#choose-login");
        await visitor.Page.FillAsync("#login [name=password]", Password);
        await SubmitAsync(visitor.Page, withEnter: false);

        await visitor.Page.WaitForSelectorAsync("#boards-view:not([hidden])");
    }

    private async Task<BrowserPage> OpenAsync(bool onPhone)
    {
        var visitor = await chromium.OpenAsync(onPhone ? Chromium.Phone : null);
        await visitor.Page.GotoAsync((onPhone ? system.MobileFrontend : system.DesktopFrontend).ToString());
        return visitor;
    }

    /// <summary>Registers a user without the page.</summary>
    /// <returns>The user's email address.</returns>
    private async Task<string> RegisterAsync(string name)
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var response = await system.Http.PostAsJsonAsync(
            "/api/users/register", new { email, full_name = name, password = Password }, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return email;
    }

    private static async Task TypeAsync(IPage page, string email, string password)
    {
        await page.Locator("#login [name=email]").PressSequentiallyAsync(email);
        await page.Locator("#login [name=password]").PressSequentiallyAsync(password);
    }

    private static Task SubmitAsync(IPage page, bool withEnter) =>
        withEnter ? page.Keyboard.PressAsync("Enter") : page.ClickAsync("#login-submit");
}
