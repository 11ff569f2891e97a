using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>The whiteboard as opened by one user.</summary>
internal sealed partial class Whiteboard : IAsyncDisposable
{
    private readonly Uri _frontend;
    private readonly bool _isPhone;
    private ICDPSession? _touch;

    private Whiteboard(BrowserPage browser, Uri frontend, bool isPhone)
    {
        Browser = browser;
        _frontend = frontend;
        _isPhone = isPhone;
    }

    public BrowserPage Browser { get; private set; }

    public IPage Page => Browser.Page;

    /// <summary>Returns the IDs of the shapes on the board, in drawing order.</summary>
    public async Task<string[]> ShapesAsync() =>
        await Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('#shapes > *')].map(node => node.dataset.id)");

    /// <summary>Gets the ID of the open board, from the page's address.</summary>
    public string Board => BoardAddress().Match(Page.Url).Groups["board"].Value;

    /// <summary>Opens the page and signs up.</summary>
    /// <param name="chromium">The browser.</param>
    /// <param name="frontend">The frontend's address.</param>
    /// <param name="name">The user's name.</param>
    /// <param name="options">The window; <see cref="Chromium.Phone"/> for a touch screen.</param>
    /// <param name="link">The address of the board to open; <see langword="null"/> for none.</param>
    public static async Task<Whiteboard> OpenAsync(Chromium chromium, Uri frontend, string name, BrowserNewContextOptions? options = null, string? link = null)
    {
        var isPhone = options?.HasTouch == true;
        var board = new Whiteboard(await chromium.OpenAsync(options), frontend, isPhone);
        await board.Page.GotoAsync(new Uri(frontend, link is null ? "/" : $"/{new Uri(link).Fragment}").ToString());
        await board.Page.ClickAsync("#choose-register");
        await board.Page.FillAsync("#login [name=name]", name);
        await board.Page.FillAsync("#login [name=email]", $"{Guid.NewGuid():N}@example.org");
        await board.Page.FillAsync("#login [name=password]", "whoooo");
        await board.Page.ClickAsync("#login-submit");
        await board.Page.WaitForSelectorAsync(link is null ? "#boards-view:not([hidden])" : "#board-view:not([hidden])");
        if (link is not null)
        {
            await board.IsLiveAsync();
        }

        return board;
    }

    public async Task CreateAsync(string title)
    {
        await Page.FillAsync("#new-board [name=title]", title);
        await Page.ClickAsync("#new-board button");
        await Page.WaitForSelectorAsync("#board-view:not([hidden])");
        await IsLiveAsync();
    }

    /// <summary>Closes the page and opens it again in the same browser, as after a crash.</summary>
    public async Task ReopenAsync()
    {
        var address = Page.Url;
        await Page.CloseAsync();
        Browser = new BrowserPage(await Browser.Context.NewPageAsync());
        _touch = null;
        await Page.GotoAsync(address);
    }

    /// <summary>Waits until all connections are open and the stored canvas is loaded.</summary>
    public Task IsLiveAsync() => Page.WaitForSelectorAsync("#connection[data-state=live]");

    /// <summary>Waits until the server has stored all strokes of this page.</summary>
    public async Task IsSavedAsync()
    {
        await IsLiveAsync();
        await Page.WaitForSelectorAsync("#connection[data-unsaved='0']");
    }

    /// <summary>Waits until the board shows the given number of shapes.</summary>
    public async Task HasShapesAsync(int count)
    {
        try
        {
            await Page.WaitForFunctionAsync("count => document.querySelectorAll('#shapes > *').length === count", count);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Expected {count} shapes but found {(await ShapesAsync()).Length}.");
        }
    }

    public async Task ChooseAsync(string tool) =>
        await Page.Locator($"#tools input[value={tool}]").CheckAsync(new() { Force = true });

    /// <summary>Draws through points relative to the board: with the mouse, or with a finger on a phone.</summary>
    public async Task DrawAsync(params (int X, int Y)[] places)
    {
        await PenDownAsync(places[0]);
        foreach (var place in places[1..])
        {
            await PenMoveAsync(place);
        }

        await PenUpAsync();
    }

    public async Task PenDownAsync((int X, int Y) place)
    {
        var (x, y) = await OnScreenAsync(place);
        if (_isPhone)
        {
            await TouchAsync("touchStart", (x, y));
        }
        else
        {
            await Page.Mouse.MoveAsync(x, y);
            await Page.Mouse.DownAsync();
        }
    }

    public async Task PenMoveAsync((int X, int Y) place)
    {
        var (x, y) = await OnScreenAsync(place);
        if (_isPhone)
        {
            await TouchAsync("touchMove", (x, y));
        }
        else
        {
            await Page.Mouse.MoveAsync(x, y, new() { Steps = 3 });
        }
    }

    public Task PenUpAsync() => _isPhone ? TouchAsync("touchEnd") : Page.Mouse.UpAsync();

    /// <summary>Moves two fingers apart.</summary>
    public async Task PinchAsync((int X, int Y) centre, int from, int to)
    {
        var (x, y) = await OnScreenAsync(centre);
        await TouchAsync("touchStart", (x - from, y));
        await TouchAsync("touchStart", (x - from, y), (x + from, y));
        for (var i = 1; i <= 4; i++)
        {
            var distance = from + ((to - from) * i / 4f);
            await TouchAsync("touchMove", (x - distance, y), (x + distance, y));
        }

        await TouchAsync("touchEnd");
    }

    /// <summary>Adds a comment at a position on the board.</summary>
    public async Task CommentAsync((int X, int Y) place, string content)
    {
        await ChooseAsync("comment");
        await DrawAsync(place, place);
        await Page.FillAsync("#comment-card textarea", content);
        await Page.ClickAsync("#save-comment");
        await Page.WaitForSelectorAsync("#comment-card", new() { State = WaitForSelectorState.Hidden });
    }

    public async Task SayAsync(string content)
    {
        await ShowChatAsync();
        await Page.FillAsync("#say [name=content]", content);
        await Page.PressAsync("#say [name=content]", "Enter");
    }

    public async Task ShowChatAsync()
    {
        if (await Page.Locator("#chat").IsHiddenAsync())
        {
            await Page.ClickAsync("#show-chat");
        }
    }

    /// <summary>Returns the IDs of the shapes that the server has stored for the open board.</summary>
    public async Task<string[]> StoredShapesAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var canvas = JsonDocument.Parse(await http.GetStringAsync(new Uri(_frontend, $"/api/canvas?id=board-{Board}"), TestContext.Current.CancellationToken));
        return [.. canvas.RootElement.GetProperty("shapes").EnumerateArray()
            .Where(shape => !shape.TryGetProperty("deleted", out _))
            .Select(shape => shape.GetProperty("id").GetString()!)];
    }

    public ValueTask DisposeAsync() => Browser.DisposeAsync();

    private async Task<(float X, float Y)> OnScreenAsync((int X, int Y) place)
    {
        var box = await Page.Locator("#board").BoundingBoxAsync() ?? throw new InvalidOperationException("The board is not visible.");
        return (box.X + place.X, box.Y + place.Y);
    }

    /// <summary>Sends a touch event by the DevTools protocol, since Playwright cannot move a finger.</summary>
    private async Task TouchAsync(string type, params (float X, float Y)[] fingers)
    {
        _touch ??= await Browser.Context.NewCDPSessionAsync(Page);
        await _touch.SendAsync("Input.dispatchTouchEvent", new()
        {
            ["type"] = type,
            ["touchPoints"] = fingers.Select((finger, id) => new Dictionary<string, object> { ["x"] = finger.X, ["y"] = finger.Y, ["id"] = id }).ToArray(),
        });
    }

    [GeneratedRegex("#/board/[0-9]+/(?<board>[0-9]+)$")]
    private static partial Regex BoardAddress();
}
