using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of drawing, alone and with others, on the whole system.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class DrawingTests(RunningSystem system, Chromium chromium)
{
    [Fact]
    public async Task Two_people_see_each_others_strokes_while_they_are_drawn()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Flow");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.MobileFrontend, "Luz", Chromium.Phone, ana.Page.Url);

        await ana.PenDownAsync((200, 200));
        await ana.PenMoveAsync((300, 260));
        await luz.Page.WaitForSelectorAsync("#drafts path", new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        Assert.Equal("Ana", await luz.Page.Locator(".cursor span").TextContentAsync());
        await ana.PenMoveAsync((400, 200));
        await ana.PenUpAsync();
        await luz.HasShapesAsync(1);
        Assert.Equal(0, await luz.Page.Locator("#drafts path").CountAsync());
        await luz.ChooseAsync("rectangle");
        await luz.DrawAsync((60, 300), (200, 420));
        await ana.HasShapesAsync(2);

        await ana.IsSavedAsync();
        await luz.IsSavedAsync();
        Assert.Equal(await ana.ShapesAsync(), await luz.ShapesAsync());
        Assert.Equal(await ana.ShapesAsync(), await ana.StoredShapesAsync());
        ana.Browser.HasNoErrors();
        luz.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Two_people_who_draw_at_the_same_time_lose_nothing()
    {
        const int strokes = 12;
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Race");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Luz", link: ana.Page.Url);

        await Task.WhenAll(DrawAsync(ana, 150), DrawAsync(luz, 350));

        await ana.HasShapesAsync(2 * strokes);
        await luz.HasShapesAsync(2 * strokes);
        await ana.IsSavedAsync();
        await luz.IsSavedAsync();
        Assert.Equal(await ana.ShapesAsync(), await luz.ShapesAsync());
        Assert.Equal(await ana.ShapesAsync(), await ana.StoredShapesAsync());
        // Of two concurrent saves, the second is refused and merged; Chromium logs the 409 as an error.
        Assert.DoesNotContain(ana.Browser.Errors.Concat(luz.Browser.Errors), error => !error.Contains("409 (Conflict)", StringComparison.Ordinal));

        static async Task DrawAsync(Whiteboard board, int y)
        {
            for (var i = 0; i < strokes; i++)
            {
                await board.DrawAsync((100 + (i * 40), y), (130 + (i * 40), y + 60), (150 + (i * 40), y));
            }
        }
    }

    [Fact]
    public async Task Undo_takes_back_what_was_done_here_and_leaves_what_others_did()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Undo");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Luz", link: ana.Page.Url);
        await ana.DrawAsync((200, 200), (300, 200));
        await luz.HasShapesAsync(1);
        // Wait: of two concurrent saves, one receives a 409 and is retried, which the browser logs as an error.
        await ana.IsSavedAsync();
        await luz.DrawAsync((200, 400), (300, 400));
        await ana.HasShapesAsync(2);
        await luz.IsSavedAsync();
        var both = await ana.ShapesAsync();

        await ana.Page.Keyboard.PressAsync("Control+z");
        await luz.HasShapesAsync(1);
        Assert.Equal([both[1]], await ana.ShapesAsync());
        await ana.Page.Keyboard.PressAsync("Control+Shift+z");
        await luz.HasShapesAsync(2);
        Assert.Equal(both, await luz.ShapesAsync());
        await ana.ChooseAsync("eraser");
        await ana.DrawAsync((250, 350), (250, 450));
        await luz.HasShapesAsync(1);
        await ana.Page.ClickAsync("#undo");
        await luz.HasShapesAsync(2);

        await ana.IsSavedAsync();
        await luz.IsSavedAsync();
        Assert.Equal(both.Order(), (await ana.StoredShapesAsync()).Order());
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Every_tool_draws_its_shape_and_another_browser_and_the_server_show_the_same()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Shapes");
        var tools = new[] { "pen", "line", "arrow", "rectangle", "ellipse" };
        for (var i = 0; i < tools.Length; i++)
        {
            await ana.ChooseAsync(tools[i]);
            await ana.Page.Locator("#colours input").Nth(i).CheckAsync(new() { Force = true });
            await ana.DrawAsync((100 + (i * 160), 150), (200 + (i * 160), 250));
        }

        await ana.ChooseAsync("text");
        await ana.DrawAsync((150, 400), (150, 400));
        // The text field receives the focus after the pen is lifted.
        await ana.Page.Locator("textarea.text-input:focus").WaitForAsync();
        await ana.Page.Keyboard.TypeAsync("<b>Not markup</b>");
        await ana.Page.Keyboard.PressAsync("Enter");
        await ana.HasShapesAsync(6);
        await ana.IsSavedAsync();
        await using var luz = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Luz", link: ana.Page.Url);
        await luz.HasShapesAsync(6);

        const string drawn = "() => [...document.querySelectorAll('#shapes > *')].map(node => node.outerHTML).join('\\n')";
        var drawing = await ana.Page.EvaluateAsync<string>(drawn);
        Assert.Equal(drawing, await luz.Page.EvaluateAsync<string>(drawn));
        Assert.Equal(3, drawing.Split("<path").Length - 1);
        Assert.Contains("<rect", drawing, StringComparison.Ordinal);
        Assert.Contains("<ellipse", drawing, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;Not markup&lt;/b&gt;", drawing, StringComparison.Ordinal);
        var svg = await system.Http.GetStringAsync($"/api/canvas/svg?id=board-{ana.Board}", TestContext.Current.CancellationToken);
        Assert.Equal(3, svg.Split("<polyline").Length - 1);
        Assert.Contains("<ellipse", svg, StringComparison.Ordinal);
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Keys_alone_draw_and_choose_tools()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Keys");
        var keyboard = ana.Page.Keyboard;

        await keyboard.PressAsync("r");
        await keyboard.PressAsync("ArrowLeft");
        await keyboard.PressAsync("Space");
        await keyboard.PressAsync("Shift+ArrowRight");
        await keyboard.PressAsync("Shift+ArrowDown");
        await keyboard.PressAsync("Space");

        await ana.HasShapesAsync(1);
        var rectangle = ana.Page.Locator("#shapes rect");
        Assert.Equal("60", await rectangle.GetAttributeAsync("width"));
        Assert.Equal("60", await rectangle.GetAttributeAsync("height"));
        Assert.Equal("Board with 1 shapes", await ana.Page.Locator("#board").GetAttributeAsync("aria-label"));
        await ana.IsSavedAsync();
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Fingers_draw_with_one_and_zoom_with_two()
    {
        await using var luz = await Whiteboard.OpenAsync(chromium, system.MobileFrontend, "Luz", Chromium.Phone);
        await luz.CreateAsync("Pinch");

        await luz.DrawAsync((100, 300), (150, 350), (200, 300));
        await luz.HasShapesAsync(1);
        await luz.PinchAsync((190, 350), 40, 120);

        Assert.Equal("300 %", await luz.Page.Locator("#zoom-reset").TextContentAsync());
        Assert.Single(await luz.ShapesAsync());
        Assert.Equal(0, await luz.Page.Locator("#drafts *").CountAsync());
        await luz.IsSavedAsync();
        luz.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Board_is_exported_as_svg_and_png()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Plan A/B");
        await ana.ChooseAsync("rectangle");
        await ana.DrawAsync((200, 200), (500, 400));
        await ana.HasShapesAsync(1);

        var (svgName, svg) = await ExportAsync("svg");
        var (pngName, png) = await ExportAsync("png");

        Assert.Equal("Plan A-B.svg", svgName);
        Assert.Equal("Plan A-B.png", pngName);
        var text = System.Text.Encoding.UTF8.GetString(svg);
        Assert.StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"", text, StringComparison.Ordinal);
        Assert.Contains("width=\"300\" height=\"200\"", text, StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        // 300 plus the line width and the margins, at twice the resolution.
        Assert.Equal([0, 0, 704 >> 8, 704 & 0xff], png[16..20]);
        ana.Browser.HasNoErrors();

        async Task<(string Name, byte[] Content)> ExportAsync(string kind)
        {
            await ana.Page.ClickAsync("#menu-button");
            var download = await ana.Page.RunAndWaitForDownloadAsync(() => ana.Page.ClickAsync($"#export-{kind}"));
            await using var stream = await download.CreateReadStreamAsync();
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
            return (download.SuggestedFilename, content.ToArray());
        }
    }

    [Fact]
    public async Task Cleared_board_comes_back_with_undo()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Clear");
        await ana.DrawAsync((200, 200), (300, 200));
        await ana.DrawAsync((200, 300), (300, 300));
        var drawn = await ana.ShapesAsync();

        await ana.Page.ClickAsync("#menu-button");
        await ana.Page.ClickAsync("#clear");
        await ana.Page.ClickAsync("#confirm-yes");
        await ana.HasShapesAsync(0);
        await ana.IsSavedAsync();
        Assert.Empty(await ana.StoredShapesAsync());
        await ana.Page.ClickAsync("#undo");
        await ana.HasShapesAsync(2);

        await ana.IsSavedAsync();
        Assert.Equal(drawn, await ana.StoredShapesAsync());
        ana.Browser.HasNoErrors();
    }
}
