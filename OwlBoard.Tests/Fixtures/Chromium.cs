using Microsoft.Playwright;
using OwlBoard.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OwlBoard.Tests.Fixtures;

/// <summary>The installed Chromium, started for the first page and shared by all tests.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>Arguments to run as root without a sandbox, without a GPU, and without network requests by the browser itself.</summary>
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-proxy-server",
    ];

    /// <summary>The time to wait for a page to change. Generous: a browser and a whole system share the machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a page in a new profile, as another user's browser would. Skips the test if Chromium is missing.</summary>
    /// <param name="options">Window size, colour scheme, language, touch and so on. Default: 1280 × 800, light, English.</param>
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

    /// <summary>A phone in portrait orientation: <c>OpenAsync(Chromium.Phone)</c>.</summary>
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
