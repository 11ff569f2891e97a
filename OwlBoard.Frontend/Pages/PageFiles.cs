using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace OwlBoard.Frontend.Pages;

/// <summary>
/// The page of a variant and its assets, less than a megabyte, read into memory at start. The address of the assets contains
/// a hash of all of them, so that browsers cache them permanently and never mix modules of two deployments.
/// </summary>
internal sealed class PageFiles
{
    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".webmanifest"] = "application/manifest+json",
    }.ToFrozenDictionary();

    private readonly Dictionary<string, PageFile> _assets;

    public PageFiles(string root, FrontendVariant variant)
    {
        var assets = Path.Combine(root, "assets");
        _assets = Directory.EnumerateFiles(assets, "*", SearchOption.AllDirectories).Where(IsPageFile).ToDictionary(
            file => Path.GetRelativePath(assets, file).Replace('\\', '/'),
            file => new PageFile(TypeOf(file), File.ReadAllBytes(file)),
            StringComparer.Ordinal);
        var names = _assets.Keys.Order(StringComparer.Ordinal).ToArray();
        var all = string.Concat(names.Select(name => $"{name}:{_assets[name].Hash}\n"));
        Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..12];
        Index = new PageFile("text/html; charset=utf-8", Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(root, "index.html"))
            .Replace("{{modules}}", Preloads(names), StringComparison.Ordinal)
            .Replace("{{compact}}", variant.CompactLayout, StringComparison.Ordinal)
            .Replace("{{version}}", Version, StringComparison.Ordinal)));
        ServiceWorker = new PageFile(TypeOf("sw.js"), File.ReadAllBytes(Path.Combine(root, "sw.js")));
    }

    public string Version { get; }

    public PageFile Index { get; }

    /// <summary>The service worker. It is not an asset, because its address determines its scope and must not change.</summary>
    public PageFile ServiceWorker { get; }

    public PageFile? FindAsset(string name) => _assets.GetValueOrDefault(name);

    /// <summary>Returns preload links, so that the browser fetches all modules at once rather than import by import.</summary>
    private static string Preloads(IEnumerable<string> names) => string.Join("\n  ", names
        .Where(name => name.EndsWith(".js", StringComparison.Ordinal))
        .Select(name => $"<link rel=\"modulepreload\" href=\"/assets/{{{{version}}}}/{name}\">"));

    /// <summary>Excludes files that editors or builds may have left.</summary>
    private static bool IsPageFile(string file) => ContentTypes.ContainsKey(Path.GetExtension(file));

    private static string TypeOf(string file) => ContentTypes[Path.GetExtension(file)];
}
