using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A page in a browser, and what it complained about.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    /// <summary>Set, it names the folder that <see cref="ScreenshotAsync"/> writes to.</summary>
    private const string ScreenshotFolder = "OWLBOARD_SCREENSHOTS";

    /// <summary>Of what is as it should be an example each will do: a page has thousands of elements, which take seconds to describe.</summary>
    private static readonly AxeRunOptions OnlyViolations = new() { ResultTypes = [ResultType.Violations] };

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

    /// <summary>Fails, and says what to mend, if axe-core finds a serious or critical problem in what the page shows now.</summary>
    public async Task IsAccessibleAsync()
    {
        // axe measures colours: what still fades in would have the wrong ones.
        await Page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(a => a.effect?.getTiming().iterations !== Infinity).map(a => a.finished))");
        var result = await Page.RunAxe(OnlyViolations);
        Assert.True(result.Passes.Length > 0, "axe-core checked nothing");
        var problems = result.Violations
            .Where(violation => violation.Impact is "serious" or "critical")
            .SelectMany(violation => violation.Nodes, Describe)
            .ToArray();
        Assert.True(problems.Length == 0, string.Join('\n', problems));

        static string Describe(AxeResultItem violation, AxeResultNode node) =>
            $"{violation.Id} ({violation.Impact}): {violation.Help}: {node.Html}: {string.Join("; ", node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))}";
    }

    /// <summary>Writes what the page shows as <c>NAME.png</c> where <c>OWLBOARD_SCREENSHOTS</c> names a folder.</summary>
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

    public async ValueTask DisposeAsync() => await Context.DisposeAsync();
}
