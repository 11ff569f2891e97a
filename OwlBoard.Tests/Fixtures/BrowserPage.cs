using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A page in a browser, and what it complained about.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    /// <summary>Set, it names the folder that <see cref="ScreenshotAsync"/> writes to.</summary>
    private const string ScreenshotFolder = "OWLBOARD_SCREENSHOTS";

    /// <summary>Loaded into a page once, and run in it: the library's own way opens another page for each check.</summary>
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly ConcurrentQueue<string> _errors = [];

    public BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Enqueue($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
    }

    public IPage Page { get; }

    public IBrowserContext Context => Page.Context;

    /// <summary>What the page wrote to the console as an error, and the exceptions that nothing caught.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    public ILocator ByRole(AriaRole role, string name) => Page.GetByRole(role, new() { Name = name, Exact = true });

    /// <summary>Fails, and says which, if the page complained about anything.</summary>
    public void HasNoErrors() => Assert.True(_errors.IsEmpty, string.Join('\n', _errors));

    /// <summary>
    /// Fails, and says what to mend, if what the page shows now cannot be read by everybody, light or dark. Writes both as
    /// pictures, <c>NAME-light.png</c> and <c>NAME-dark.png</c>, where <c>OWLBOARD_SCREENSHOTS</c> names a folder.
    /// </summary>
    public async Task LooksWellAsync(string name)
    {
        foreach (var (scheme, suffix) in new[] { (ColorScheme.Dark, "dark"), (ColorScheme.Light, "light") })
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await IsAccessibleAsync(suffix);
            await ScreenshotAsync($"{name}-{suffix}");
        }
    }

    public async ValueTask DisposeAsync() => await Context.DisposeAsync();

    /// <summary>Fails, and says what to mend, if axe-core finds a serious or critical problem in what the page shows now.</summary>
    private async Task IsAccessibleAsync(string scheme)
    {
        // axe measures colours: what has yet to learn of the scheme, or still fades in, would have the wrong ones.
        await Page.EvaluateAsync("""
            async scheme => {
              const frame = () => new Promise(requestAnimationFrame);
              const wanted = matchMedia(`(prefers-color-scheme: ${scheme})`);
              do await frame(); while (!wanted.matches);
              // What changes with the scheme begins to fade with the frame after.
              await frame();
              const animations = document.getAnimations().filter(one => one.effect?.getTiming().iterations !== Infinity);
              await Promise.allSettled(animations.map(one => one.finished));
            }
            """, scheme);
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await Page.EvaluateAsync(Axe);
        }

        var problems = await Page.EvaluateAsync<string[]>("""
            async () => {
              const { passes, violations } = await axe.run({ resultTypes: ["violations"] });
              const messages = ({ any, all, none }) => [...any, ...all, ...none].map(check => check.message).join("; ");
              return passes.length === 0 ? ["axe-core checked nothing"] : violations
                .filter(({ impact }) => impact === "serious" || impact === "critical")
                .flatMap(({ id, impact, help, nodes }) => nodes.map(node => `${id} (${impact}): ${help}: ${node.html}: ${messages(node)}`));
            }
            """);
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    /// <summary>Writes what the page shows as <c>NAME.png</c>, where <c>OWLBOARD_SCREENSHOTS</c> names a folder.</summary>
    public async Task ScreenshotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable(ScreenshotFolder) is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{name}.png"),
                Scale = ScreenshotScale.Css,
                Animations = ScreenshotAnimations.Disabled,
            });
        }
    }
}
