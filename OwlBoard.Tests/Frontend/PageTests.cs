using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using OwlBoard.Frontend;

namespace OwlBoard.Tests.Frontend;

[Trait("Category", "Integration")]
public sealed partial class PageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Variants { get; } = new() { "desktop", "mobile" };

    [Theory]
    [InlineData("desktop", "(max-width: 760px)")]
    [InlineData("mobile", "all")]
    public async Task Page_loads_only_what_its_own_frontend_serves(string variant, string compactLayout)
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Find(variant)!);

        using var response = await frontend.Client.GetAsync("/", Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"compact.css\" media=\"{compactLayout}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        var references = References(page).ToHashSet();
        Assert.Contains(references, reference => reference.EndsWith("/app.js", StringComparison.Ordinal));
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
    public async Task Every_module_is_preloaded_resolves_its_imports_and_makes_no_markup_from_data()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);
        var page = await frontend.Client.GetStringAsync("/", Token);
        var preloaded = Preload().Matches(page).Select(match => new Uri(frontend.Client.BaseAddress!, match.Groups[1].Value)).ToHashSet();
        Assert.True(preloaded.Count > 15);

        foreach (var module in preloaded)
        {
            using var response = await frontend.Client.GetAsync(module, Token);
            Assert.True(response.IsSuccessStatusCode, module.AbsolutePath);
            Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
            var script = await response.Content.ReadAsStringAsync(Token);
            Assert.StartsWith("// @ts-check", script, StringComparison.Ordinal);
            Assert.DoesNotMatch(MarkupFromData(), script);
            Assert.All(Import().Matches(script), import => Assert.Contains(new Uri(module, import.Groups[1].Value), preloaded));
        }
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task Asset_is_compressed_as_the_client_takes_it_and_not_sent_again_while_it_is_the_same(string encoding)
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);
        var script = References(await frontend.Client.GetStringAsync("/", Token)).First(reference => reference.EndsWith("/app.js", StringComparison.Ordinal));
        var plain = await frontend.Client.GetByteArrayAsync(script, Token);

        using var response = await SendAsync(script, request => request.Headers.AcceptEncoding.ParseAdd($"{encoding}, zstd"));
        var body = await response.Content.ReadAsByteArrayAsync(Token);
        using var again = await SendAsync(script, request =>
        {
            request.Headers.AcceptEncoding.ParseAdd(encoding);
            request.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        });
        using var other = await SendAsync(script, request =>
        {
            request.Headers.AcceptEncoding.ParseAdd(encoding == "br" ? "gzip" : "br");
            request.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        });

        Assert.Equal(encoding == "identity" ? [] : [encoding], response.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString());
        Assert.Equal(plain, Decompress(encoding, body));
        Assert.True(encoding == "identity" || body.Length < plain.Length);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        async Task<HttpResponseMessage> SendAsync(string path, Action<HttpRequestMessage> prepare)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            prepare(request);
            return await frontend.Client.SendAsync(request, Token);
        }
    }

    [Fact]
    public async Task Page_and_service_worker_are_asked_for_each_time_and_another_versions_assets_are_not_kept()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop);

        foreach (var path in new[] { "/", "/sw.js", "/assets/0123456789ab/app.js" })
        {
            using var response = await frontend.Client.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(new CacheControlHeaderValue { NoCache = true }, response.Headers.CacheControl);
        }
    }

    [Fact]
    public async Task Manifest_names_icons_that_there_are()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Mobile);
        var address = References(await frontend.Client.GetStringAsync("/", Token)).Single(reference => reference.EndsWith(".webmanifest", StringComparison.Ordinal));

        using var response = await frontend.Client.GetAsync(address, Token);
        using var manifest = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));

        Assert.Equal("application/manifest+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("standalone", manifest.RootElement.GetProperty("display").GetString());
        var icons = manifest.RootElement.GetProperty("icons").EnumerateArray().ToArray();
        // Chromium requires these icons before it offers to install a page.
        Assert.Contains(icons, icon => icon.GetProperty("sizes").GetString() == "192x192");
        Assert.Contains(icons, icon => icon.GetProperty("sizes").GetString() == "512x512");
        foreach (var icon in icons)
        {
            using var picture = await frontend.Client.GetAsync(new Uri(new Uri(frontend.Client.BaseAddress!, address), icon.GetProperty("src").GetString()), Token);
            Assert.Equal(icon.GetProperty("type").GetString(), picture.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/version/nothing.js")]
    [InlineData("/assets/version/board")]
    [InlineData("/assets/../OwlBoard.Frontend.dll")]
    [InlineData("/assets/version/%2e%2e/%2e%2e/OwlBoard.Frontend.dll")]
    [InlineData("/index.html")]
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

    private static IEnumerable<string> References(string page) =>
        Reference().Matches(page).Select(match => match.Groups[1].Value).Where(reference => !reference.StartsWith('#'));

    private static byte[] Decompress(string encoding, byte[] body)
    {
        using var input = new MemoryStream(body);
        using Stream stream = encoding switch
        {
            "br" => new BrotliStream(input, CompressionMode.Decompress),
            "gzip" => new GZipStream(input, CompressionMode.Decompress),
            _ => input,
        };
        using var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("rel=\"modulepreload\" href=\"([^\"]+)\"")]
    private static partial Regex Preload();

    [GeneratedRegex("(?:from|import) \"(\\.[^\"]+)\"")]
    private static partial Regex Import();

    [GeneratedRegex(@"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")]
    private static partial Regex MarkupFromData();
}
