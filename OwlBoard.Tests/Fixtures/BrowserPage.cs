using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A page in a browser, with the errors that it reported.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    /// <summary>The environment variable with the folder to which <see cref="ScreenshotAsync"/> writes.</summary>
    private const string ScreenshotFolder = "OWLBOARD_SCREENSHOTS";

    /// <summary>The axe script, loaded into a page once: the library's own API opens another page for each check.</summary>
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

    /// <summary>The console errors and the uncaught exceptions of the page.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    public ILocator ByRole(AriaRole role, string name) => Page.GetByRole(role, new() { Name = name, Exact = true });

    /// <summary>Fails the test with the list of errors if the page reported any.</summary>
    public void HasNoErrors() => Assert.True(_errors.IsEmpty, string.Join('\n', _errors));

    /// <summary>
    /// Fails the test if the page in its current state is not accessible in the light or the dark scheme. Writes the screenshots
    /// <c>NAME-light.png</c> and <c>NAME-dark.png</c> if <c>OWLBOARD_SCREENSHOTS</c> names a folder.
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

    /// <summary>Fails the test with the list of problems if axe-core reports a serious or critical one.</summary>
    private async Task IsAccessibleAsync(string scheme)
    {
        // axe measures colours: elements that have not applied the scheme yet, or still fade in, have the wrong ones.
        await Page.EvaluateAsync("""
            async scheme => {
              const frame = () => new Promise(requestAnimationFrame);
              const wanted = matchMedia(`(prefers-color-scheme: ${scheme})`);
              do await frame(); while (!wanted.matches);
              // Transitions that the scheme triggers start one frame later.
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

    /// <summary>Writes a screenshot <c>NAME.png</c> if <c>OWLBOARD_SCREENSHOTS</c> names a folder.</summary>
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
