using Microsoft.Extensions.FileProviders;

namespace OwlBoard.Frontend.Pages;

internal static class PageExtensions
{
    /// <summary>Serves the variant's page at <c>/</c> and what both share at <c>/assets</c>.</summary>
    public static void UsePages(this WebApplication app, FrontendVariant variant)
    {
        var root = Path.Combine(app.Environment.ContentRootPath, "wwwroot");
        var page = new PhysicalFileProvider(Path.Combine(root, variant.Name));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = page });
        app.UseStaticFiles(Serve(page, ""));
        app.UseStaticFiles(Serve(new PhysicalFileProvider(Path.Combine(root, "assets")), "/assets"));
    }

    private static StaticFileOptions Serve(PhysicalFileProvider files, string path) => new()
    {
        FileProvider = files,
        RequestPath = path,
        // Asked for each time and answered with 304: after a deployment nobody mixes an old script with a new page.
        OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl = "no-cache",
    };
}
