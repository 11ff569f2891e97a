using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Canvases;

/// <summary>The canvas service: stored canvases and live strokes.</summary>
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
