using System.Text.Json;
using Microsoft.Playwright;
using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of comments, chat and presence.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class TogetherTests(RunningSystem system, Chromium chromium)
{
    [Fact]
    public async Task Comment_is_read_edited_moved_and_deleted_where_it_is_pinned()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Comments");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.MobileFrontend, "Luz", Chromium.Phone, ana.Page.Url);

        await ana.CommentAsync((300, 250), "<i>Why</i> here?");
        var pin = luz.Page.Locator(".pin button");
        await pin.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        // The pin is outside of the view on the small screen.
        await luz.Page.ClickAsync("#zoom-fit");
        await pin.ClickAsync();
        await Is(luz.Page.Locator("#comment-content"), "<i>Why</i> here?");
        // Another user's comment is read-only.
        Assert.True(await luz.Page.Locator("#edit-comment").IsHiddenAsync());

        await ana.Page.ClickAsync(".pin button");
        await ana.Page.ClickAsync("#edit-comment");
        await ana.Page.FillAsync("#comment-card textarea", "Because of the gateway");
        await ana.Page.ClickAsync("#save-comment");
        await Is(luz.Page.Locator("#comment-content"), "Because of the gateway");

        var before = await pin.BoundingBoxAsync();
        await ana.Page.Locator(".pin button").FocusAsync();
        for (var i = 0; i < 3; i++)
        {
            await ana.Page.Keyboard.PressAsync("ArrowRight");
            // Wait until each move is stored before the next one starts from there.
            await Eventually.IsTrueAsync($"the pin has moved {(i + 1) * 10} px to the right", async () => Math.Abs(((await pin.BoundingBoxAsync())?.X ?? 0) - before!.X - ((i + 1) * 10)) < 1);
        }

        await ana.Page.ClickAsync(".pin button");
        await ana.Page.ClickAsync("#delete-comment");
        await pin.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.True(await luz.Page.Locator("#comment-card").IsHiddenAsync());
        ana.Browser.HasNoErrors();
        luz.Browser.HasNoErrors();

        static Task Is(ILocator locator, string text) =>
            Eventually.IsTrueAsync($"the text is {text}", async () => await locator.TextContentAsync() == text);
    }

    [Fact]
    public async Task Pin_is_dragged_to_another_place()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Drag");
        await ana.CommentAsync((300, 250), "Over there");
        var pin = ana.Page.Locator(".pin button");
        var before = (await pin.BoundingBoxAsync())!;

        await ana.Page.Mouse.MoveAsync(before.X + 10, before.Y + 10);
        await ana.Page.Mouse.DownAsync();
        await ana.Page.Mouse.MoveAsync(before.X + 110, before.Y + 60, new() { Steps = 4 });
        await ana.Page.Mouse.UpAsync();

        await Eventually.IsTrueAsync("the move is stored", async () =>
        {
            using var comments = JsonDocument.Parse(await system.Http.GetStringAsync($"/api/comments/dashboards/{ana.Board}", TestContext.Current.CancellationToken));
            var comment = comments.RootElement.EnumerateArray().Single();
            return comment.GetProperty("updated_at").GetString() != comment.GetProperty("created_at").GetString();
        });
        await ana.Page.ReloadAsync();
        await ana.IsLiveAsync();
        await pin.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        // The empty board reopens at its centre, so the pin is where it was dropped.
        Assert.InRange((await pin.BoundingBoxAsync())!.X, before.X + 50, before.X + 160);
        await ana.Page.ClickAsync("#show-comments");
        Assert.Equal(1, await ana.Page.Locator("#comment-list li").CountAsync());
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Chat_says_who_is_there_who_types_and_what_was_said_before()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana Torres");
        await ana.CreateAsync("Chat");
        await ana.SayAsync("Said before you came");
        await ana.Page.WaitForSelectorAsync(".message.mine:not(.waiting)");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.MobileFrontend, "Luz", Chromium.Phone, ana.Page.Url);

        await ana.Page.GetByText("Luz joined").WaitForAsync();
        await ana.Page.Locator("#people .avatar", new() { HasText = "L" }).WaitForAsync();
        await luz.ShowChatAsync();
        // The indicator is shown for three seconds, so start waiting before it appears.
        var typing = luz.Page.GetByText("Ana Torres is typing…").WaitForAsync();
        await ana.Page.Locator("#say [name=content]").PressSequentiallyAsync("Hi");
        await typing;
        await luz.Page.GetByText("Said before you came").WaitForAsync();
        await luz.SayAsync("<script>alert(1)</script>");
        Assert.Equal("<script>alert(1)</script>", await ana.Page.Locator(".message:not(.mine) .what").TextContentAsync());
        await luz.Page.ClickAsync("#close-panel");
        await ana.SayAsync("Read this");
        await luz.Page.Locator("#unread", new() { HasText = "1" }).WaitForAsync();
        await luz.DisposeAsync();
        await ana.Page.GetByText("Luz left").WaitForAsync();

        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Connection_details_name_the_gateway_that_answers()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Gateway");

        await ana.Page.ClickAsync("#connection");

        var details = ana.Page.Locator("#connection-list");
        await details.WaitForAsync();
        Assert.Matches("api-gateway-[1-4]", await details.Locator("dd").First.TextContentAsync() ?? "");
        Assert.Equal("OwlBoard-LB", await details.Locator("dd").Nth(1).TextContentAsync());
        ana.Browser.HasNoErrors();
    }
}
