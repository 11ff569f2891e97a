using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace OwlBoard.AppHost.Embedded.Dashboard;

/// <summary>The page and its modules, which are part of this program.</summary>
internal static class WebFiles
{
    /// <summary>In front of their names in the assembly; the project file says so.</summary>
    private const string Prefix = "Dashboard/";

    private const string StartPage = "index.html";
    private const string Icon = "owl.svg";

    public static void MapWebFiles(this IEndpointRouteBuilder endpoints)
    {
        foreach (var (name, content) in Read())
        {
            var type = Path.GetExtension(name) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "text/javascript; charset=utf-8",
            };
            string[] paths = name switch
            {
                StartPage => ["/"],
                // Browsers look there by themselves, until they have read the page that names the other.
                Icon => [$"/{Icon}", "/favicon.ico"],
                _ => [$"/{name}"],
            };
            foreach (var path in paths)
            {
                endpoints.MapGet(path, context =>
                {
                    context.Response.ContentType = type;
                    context.Response.ContentLength = content.Length;
                    return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
                });
            }
        }
    }

    private static FrozenDictionary<string, byte[]> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..].Replace('\\', '/'), name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return content;
            });
    }
}
