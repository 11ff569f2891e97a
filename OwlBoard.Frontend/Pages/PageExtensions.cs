using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Frontend.Pages;

internal static class PageExtensions
{
    private const string Revalidate = "no-cache";

    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Serves the variant's page at <c>/</c> and its assets at <c>/assets</c>.</summary>
    public static void MapPages(this WebApplication app, FrontendVariant variant)
    {
        var files = new PageFiles(Path.Combine(app.Environment.ContentRootPath, "wwwroot"), variant);
        app.MapGet("/", (HttpContext context) => files.Index.Answer(context, Revalidate));
        app.MapGet("/sw.js", (HttpContext context) => files.ServiceWorker.Answer(context, Revalidate));
        app.MapGet("/assets/{version}/{**name}", (HttpContext context, string version, string? name) =>
            files.FindAsset(name ?? "") is not { } asset ? NotFound(context)
            // During a deployment, the page of another replica may request assets of its own version.
            : asset.Answer(context, version == files.Version ? Immutable : Revalidate));
        app.MapFallback("{**path}", NotFound);
    }

    private static IResult NotFound(HttpContext context) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "Not found", detail: $"There is no page {RequestTarget.Of(context).Path}.");
}
