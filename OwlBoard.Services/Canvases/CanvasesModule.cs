using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Canvases;

/// <summary>The canvas service: what is drawn, saved and live.</summary>
internal static class CanvasesModule
{
    public static void Add(WebApplicationBuilder builder)
    {
        builder.AddStorage<CanvasesDb>("canvas");
        builder.Services.AddSingleton<CanvasStore>();
    }

    public static void Map(WebApplication app)
    {
        var canvas = app.MapGroup("/canvas");
        CanvasEndpoints.Map(canvas);
        CanvasSocket.Map(canvas);
    }
}
