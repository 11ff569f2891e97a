using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>
/// Maps the status page at <c>/</c> of the management port, its style sheet and modules, and its JSON history. The files
/// are embedded resources of this assembly.
/// </summary>
internal static class StatusPage
{
    /// <summary>The path of the traffic history as JSON.</summary>
    public const string HistoryPath = "/status/history";

    /// <summary>The prefix of the resources' names, as in the project file.</summary>
    private const string Prefix = "Status/Page/";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapStatusPage(this IEndpointRouteBuilder endpoints)
    {
        var management = endpoints.MapGroup("").On(ListenerScope.Management);
        management.MapMethods(HistoryPath, Methods, (TrafficHistory history) => Results.Json(history.Read()));
        var assembly = typeof(StatusPage).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var name = resource[Prefix.Length..];
            var content = Read(assembly, resource);
            var type = TypeOf(name);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
            foreach (var path in PathsOf(name))
            {
                management.MapMethods(path, Methods, () => Results.Bytes(content, type, entityTag: tag));
            }
        }
    }

    private static string[] PathsOf(string name) => name switch
    {
        "index.html" => ["/"],
        // Browsers request /favicon.ico before they have parsed the page, which links to the other path.
        "owl.svg" => ["/status/owl.svg", "/favicon.ico"],
        _ => [$"/status/{name}"],
    };

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The status page has a file with the extension '{other}'; it must be .html, .css, .js or .svg."),
    };

    private static byte[] Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
