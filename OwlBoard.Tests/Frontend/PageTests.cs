using System.Net;
using System.Text.RegularExpressions;
using OwlBoard.Frontend;

namespace OwlBoard.Tests.Frontend;

public sealed partial class PageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Variants { get; } = new() { "desktop", "mobile" };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Page_loads_only_what_its_own_frontend_serves(string variant)
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Find(variant)!);

        using var response = await frontend.Client.GetAsync("/", Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"/assets/{variant}.css", page, StringComparison.Ordinal);
        var references = Reference().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Contains("/assets/app.js", references);
        foreach (var reference in references)
        {
            using var asset = await frontend.Client.GetAsync(reference, Token);
            Assert.True(asset.IsSuccessStatusCode, reference);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Page_has_no_script_or_style_that_its_policy_would_block(string variant)
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Find(variant)!);

        using var response = await frontend.Client.GetAsync("/", Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineCode(), page);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("SAMEORIGIN", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("strict-origin-when-cross-origin", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Module_imports_resolve_and_none_makes_markup_from_data()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);
        var modules = new Queue<string>(["/assets/app.js"]);
        var seen = new HashSet<string>();
        while (modules.TryDequeue(out var module))
        {
            if (!seen.Add(module))
            {
                continue;
            }

            using var response = await frontend.Client.GetAsync(module, Token);
            Assert.True(response.IsSuccessStatusCode, module);
            Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
            var script = await response.Content.ReadAsStringAsync(Token);
            Assert.DoesNotMatch(MarkupFromData(), script);
            foreach (Match import in Import().Matches(script))
            {
                modules.Enqueue($"/assets/{import.Groups[1].Value}");
            }
        }

        Assert.True(seen.Count > 5);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/../OwlBoard.Frontend.dll")]
    [InlineData("/assets/%2e%2e/%2e%2e/OwlBoard.Frontend.dll")]
    [InlineData("/desktop/index.html")]
    public async Task Unknown_page_is_404(string path)
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Mobile);

        using var response = await frontend.Client.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Health_is_200_and_503_while_draining()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);
        Assert.Equal(HttpStatusCode.OK, (await frontend.Client.GetAsync("/health", Token)).StatusCode);

        frontend.Drain.BeginDrain();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await frontend.Client.GetAsync("/health", Token)).StatusCode);
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("from \"\\./([^\"]+)\"")]
    private static partial Regex Import();

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")]
    private static partial Regex MarkupFromData();
}
