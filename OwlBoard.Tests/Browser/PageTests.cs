using System.Collections.Concurrent;
using Microsoft.Playwright;
using OwlBoard.Tests.EndToEnd;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Browser;

/// <summary>Tests of the page's accessibility, languages, themes, speed and size.</summary>
[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class PageTests(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_view_is_accessible_and_without_an_error(bool onPhone)
    {
        var frontend = onPhone ? system.MobileFrontend : system.DesktopFrontend;
        var device = onPhone ? "phone" : "desktop";
        await using (var visitor = await chromium.OpenAsync(onPhone ? Chromium.Phone : null))
        {
            await visitor.Page.GotoAsync(frontend.ToString());
            await visitor.LooksWellAsync($"login-{device}");
            visitor.HasNoErrors();
        }

        await using var ana = await Whiteboard.OpenAsync(chromium, frontend, "Ana Torres", onPhone ? Chromium.Phone : null);
        await ana.CreateAsync("Checkout, next sprint");
        await using var luz = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Luz Marín", link: ana.Page.Url);
        await Sketch.DrawAsync(luz);
        await luz.CommentAsync((800, 330), "Does the cart survive a restart?");
        await luz.SayAsync("The arrow to the bank is new.");
        await ana.HasShapesAsync(Sketch.Shapes);
        await ana.Page.WaitForSelectorAsync(".pin button");
        await ana.Page.ReloadAsync();
        await ana.IsLiveAsync();
        await ana.HasShapesAsync(Sketch.Shapes);
        await luz.Page.Mouse.MoveAsync(700, 420);
        await luz.Page.Mouse.MoveAsync(720, 430);
        await ana.Page.WaitForSelectorAsync(".cursor");
        await ana.Browser.LooksWellAsync($"board-{device}");

        await ana.SayAsync("Looks right to me.");
        await ana.Page.WaitForSelectorAsync(".message.mine:not(.waiting)");
        await ana.Browser.LooksWellAsync($"chat-{device}");
        await ana.Page.ClickAsync("#close-panel");
        await ana.Page.ClickAsync(".pin button");
        await ana.Browser.LooksWellAsync($"comment-{device}");
        await ana.Page.ClickAsync("#close-comment");
        await ana.Page.ClickAsync("#show-comments");
        await ana.Browser.LooksWellAsync($"comments-{device}");
        await ana.Page.ClickAsync("#close-panel");
        await ana.Page.ClickAsync("#connection");
        await ana.Browser.LooksWellAsync($"connection-{device}");
        await ana.Page.Keyboard.PressAsync("Escape");
        await ana.Page.ClickAsync("#menu-button");
        await ana.Browser.LooksWellAsync($"menu-{device}");
        await ana.Page.ClickAsync("#show-keys");
        await ana.Browser.LooksWellAsync($"keys-{device}");
        await ana.Page.Keyboard.PressAsync("Escape");

        await ana.Page.ClickAsync("a[href='#/']");
        await ana.Page.WaitForSelectorAsync(".tile img");
        await ana.Browser.LooksWellAsync($"boards-{device}");
        ana.Browser.HasNoErrors();
        luz.Browser.HasNoErrors();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_loads_within_a_second_and_weighs_less_than_300_kilobytes(bool onPhone)
    {
        // Take the best of three, since the machine is busy with other work.
        var best = double.MaxValue;
        for (var i = 0; i < 3 && best > 1_000; i++)
        {
            await using var visitor = await chromium.OpenAsync(onPhone ? Chromium.Phone : null);
            await visitor.Page.GotoAsync((onPhone ? system.MobileFrontend : system.DesktopFrontend).ToString());
            await visitor.Page.WaitForSelectorAsync("#login-view:not([hidden])");
            var (load, bytes, resources) = await MeasureAsync(visitor.Page);
            TestContext.Current.TestOutputHelper?.WriteLine($"{load:0} ms, {bytes} bytes, {resources} resources");
            best = Math.Min(best, load);
            Assert.InRange(resources, 20, 60);
            Assert.InRange(bytes, 10_000, 300_000);
        }

        Assert.InRange(best, 1, 1_000);

        static async Task<(double Load, long Bytes, int Resources)> MeasureAsync(IPage page)
        {
            var measured = await page.EvaluateAsync<double[]>("""
                () => {
                  const [page] = performance.getEntriesByType("navigation");
                  const resources = performance.getEntriesByType("resource");
                  return [page.loadEventStart, page.transferSize + resources.reduce((sum, one) => sum + one.transferSize, 0), resources.length];
                }
                """);
            return (measured[0], (long)measured[1], (int)measured[2]);
        }
    }

    [Fact]
    public async Task Page_speaks_the_browsers_language_and_the_one_that_is_chosen()
    {
        await using var visitor = await chromium.OpenAsync(new() { Locale = "es-CO" });
        await visitor.Page.GotoAsync(system.DesktopFrontend.ToString());
        Assert.Equal("Iniciar sesión", await visitor.Page.Locator("#login-submit").TextContentAsync());
        Assert.Equal("es", await visitor.Page.Locator("html").GetAttributeAsync("lang"));

        await visitor.Page.Locator("#login-view .language").ClickAsync();
        Assert.Equal("Log in", await visitor.Page.Locator("#login-submit").TextContentAsync());
        await visitor.Page.ReloadAsync();

        Assert.Equal("Log in", await visitor.Page.Locator("#login-submit").TextContentAsync());
        visitor.HasNoErrors();
    }

    [Fact]
    public async Task Languages_have_the_same_words_and_the_page_asks_for_no_other()
    {
        await using var visitor = await chromium.OpenAsync();
        await visitor.Page.GotoAsync(system.DesktopFrontend.ToString());

        var missing = await visitor.Page.EvaluateAsync<string[]>("""
            async () => {
              const base = document.querySelector("script[type=module]").src.replace("app.js", "");
              const { en } = await import(`${base}locales/en.js`);
              const { es } = await import(`${base}locales/es.js`);
              const asked = [...document.querySelectorAll("[data-t], [data-label], [data-hint]")]
                .flatMap(({ dataset }) => [dataset.t, dataset.label, dataset.hint]).filter(Boolean);
              const names = text => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
              return [
                ...Object.keys(en).filter(key => !(key in es) || names(en[key]) !== names(es[key])),
                ...Object.keys(es).filter(key => !(key in en)),
                ...asked.filter(key => !(key in en)),
              ];
            }
            """);

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Theme_follows_the_system_until_another_is_chosen()
    {
        await using var visitor = await chromium.OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        await visitor.Page.GotoAsync(system.DesktopFrontend.ToString());
        var html = visitor.Page.Locator("html");
        Assert.Equal("dark", await html.GetAttributeAsync("data-theme"));

        await visitor.Page.Locator("#login-view .theme").ClickAsync();
        await visitor.Page.ReloadAsync();
        Assert.Equal("light", await html.GetAttributeAsync("data-theme"));
        await visitor.Page.Locator("#login-view .theme").ClickAsync();
        await visitor.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });

        await visitor.Page.WaitForSelectorAsync("html[data-theme=light]");
        visitor.HasNoErrors();
    }

    [Fact]
    public async Task Wrong_password_taken_address_and_missing_fields_are_said_in_words()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        var page = ana.Page;
        await page.ClickAsync("#log-out");
        await page.ClickAsync("#login-submit");
        await SaysAsync("Fill in every field");

        await page.FillAsync("#login [name=email]", "nobody@example.org");
        await page.FillAsync("#login [name=password]", "wrong password");
        await page.ClickAsync("#login-submit");
        await SaysAsync("Wrong e-mail or password.");

        await page.ClickAsync("#choose-register");
        await page.FillAsync("#login [name=name]", "Bea");
        await page.FillAsync("#login [name=email]", "bea@example.org");
        await page.ClickAsync("#login-submit");
        await page.WaitForSelectorAsync("#boards-view:not([hidden])");
        await page.ClickAsync("#log-out");
        await page.ClickAsync("#choose-register");
        await page.FillAsync("#login [name=name]", "Bea");
        await page.FillAsync("#login [name=email]", "bea@example.org");
        await page.FillAsync("#login [name=password]", "wrong password");
        await page.ClickAsync("#login-submit");
        await SaysAsync("There is an account with this e-mail already.");

        Task SaysAsync(string text) => page.Locator("#login-problem", new() { HasText = text }).WaitForAsync();
    }

    [Fact]
    public async Task Board_is_listed_with_a_picture_and_deleted_after_a_question()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        await ana.CreateAsync("Old plans");
        var board = ana.Board;
        await ana.Page.ClickAsync("a[href='#/']");
        var tile = ana.Page.Locator(".tile", new() { HasText = "Old plans" });
        await tile.Locator("img").WaitForAsync();

        await tile.GetByRole(AriaRole.Button).ClickAsync();
        await ana.Page.Locator("#confirm button[value=no]").ClickAsync();
        Assert.Equal(1, await tile.CountAsync());
        await tile.GetByRole(AriaRole.Button).ClickAsync();
        await ana.Page.ClickAsync("#confirm-yes");
        await tile.WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await Eventually.IsTrueAsync("the canvas is deleted", async () =>
        {
            using var canvas = await system.Http.GetAsync($"/api/canvas?id=board-{board}", TestContext.Current.CancellationToken);
            return canvas.StatusCode == System.Net.HttpStatusCode.NotFound;
        });
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task Board_made_while_the_list_is_on_its_way_is_not_listed_before_it_has_a_canvas()
    {
        await using var ana = await Whiteboard.OpenAsync(chromium, system.DesktopFrontend, "Ana");
        var clicked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var methods = new ConcurrentQueue<string>();
        await ana.Page.RouteAsync("**/api/users/*/dashboards", async route =>
        {
            if (route.Request.Method == "GET")
            {
                await clicked.Task;
            }

            methods.Enqueue(route.Request.Method);
            await route.ContinueAsync();
        });
        await ana.Page.ReloadAsync();

        await ana.Page.FillAsync("#new-board [name=title]", "Impatient");
        await ana.Page.ClickAsync("#new-board button");
        // A request that the click sent without waiting would be first.
        await ana.Page.EvaluateAsync("() => new Promise(requestAnimationFrame)");
        clicked.SetResult();

        await ana.IsLiveAsync();
        Assert.Equal(["GET", "POST"], methods.Take(2));
        ana.Browser.HasNoErrors();
    }

    [Fact]
    public async Task States_of_a_board_merge_to_the_same_in_any_order()
    {
        await using var visitor = await chromium.OpenAsync();
        await visitor.Page.GotoAsync(system.DesktopFrontend.ToString());

        var results = await visitor.Page.EvaluateAsync<string[]>("""
            async () => {
              const base = document.querySelector("script[type=module]").src.replace("app.js", "");
              const { replaces, inOrder } = await import(`${base}board/shapes.js`);
              const shape = (rev, color) => ({ id: "a", rev, at: 1, author: 1, color, stroke_width: 2, type: "pen", points: [[0, 0]] });
              const gone = rev => ({ id: "a", rev, at: 1, deleted: true });
              const changes = [shape(1, "#111111"), gone(2), shape(2, "#222222"), shape(3, "#333333"), shape(3, "#444444"), gone(1)];
              const permutations = list => list.length < 2 ? [list]
                : list.flatMap((one, i) => permutations(list.filter((_, j) => j !== i)).map(rest => [one, ...rest]));
              return [...new Set(permutations(changes).map(order => {
                const state = new Map();
                for (const change of [...order, ...order]) {
                  if (replaces(state.get(change.id), change)) state.set(change.id, change);
                }
                return JSON.stringify(inOrder(state.values()));
              }))];
            }
            """);

        Assert.Contains("#444444", Assert.Single(results), StringComparison.Ordinal);
    }
}
