using Microsoft.Playwright;
using OwlBoard.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OwlBoard.Tests.Fixtures;

/// <summary>The machine's Chromium, started when the first test asks for a page and shared by all of them.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>As root without a sandbox of its own, without a graphics card, and without a word to anybody outside.</summary>
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-proxy-server",
    ];

    /// <summary>How long a page may take to show what a test waits for. Generous: a browser and a whole system share the machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a page in a profile of its own, as another person's browser would be. Skips the test where there is no Chromium.</summary>
    /// <param name="options">Size of the window, colour scheme, language, touch, … Default: 1280 × 800, light, English.</param>
    public async Task<BrowserPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var browser = await StartAsync();
        options ??= new();
        options.ViewportSize ??= new() { Width = 1280, Height = 800 };
        options.Locale ??= "en-GB";
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout((float)Deadline.TotalMilliseconds);
        return new BrowserPage(await context.NewPageAsync());
    }

    /// <summary>A telephone held upright: <c>OpenAsync(Chromium.Phone)</c>.</summary>
    public static BrowserNewContextOptions Phone => new()
    {
        ViewportSize = new() { Width = 390, Height = 844 },
        DeviceScaleFactor = 2,
        IsMobile = true,
        HasTouch = true,
    };

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        var program = Require.Tool("chromium", "chromium");
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Arguments });
        }
        finally
        {
            _starting.Release();
        }
    }
}
