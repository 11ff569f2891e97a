using Microsoft.AspNetCore.Http.HttpResults;
using OwlBoard.Services.Canvases.Svg;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Canvases;

/// <summary>The endpoints of stored canvases.</summary>
internal static class CanvasEndpoints
{
    /// <summary>Prevents an exported drawing from running scripts or loading resources, also if it is opened directly.</summary>
    private const string SvgContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    public static void Map(IEndpointRouteBuilder canvas)
    {
        canvas.MapPost("/", CreateAsync);
        canvas.MapGet("/", GetAsync);
        canvas.MapPost("/save", SaveAsync);
        canvas.MapGet("/checksum", GetChecksumAsync);
        canvas.MapGet("/svg", GetSvgAsync);
        canvas.MapDelete("/", DeleteAsync);
    }

    private static async Task<Results<Created<CanvasResponse>, Conflict<ErrorBody>>> CreateAsync(
        Body<CreateCanvasRequest> body, CanvasStore store, CancellationToken cancellationToken)
    {
        var shapes = ShapesJson.From(body.Value.Shapes);
        return await store.CreateAsync(body.Value.Id!, shapes, cancellationToken) is { } created
            ? TypedResults.Created(
                (string?)null, new CanvasResponse(created.CanvasId, created.Version, created.Checksum, shapes.Text))
            : Errors.Conflict($"Canvas {body.Value.Id} already exists");
    }

    private static async Task<Results<Ok<CanvasResponse>, NotFound<ErrorBody>>> GetAsync(
        ResourceId id, CanvasStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id.Value, cancellationToken) is { } canvas
            ? TypedResults.Ok(new CanvasResponse(canvas.Id, canvas.Version, canvas.Checksum, canvas.Shapes))
            : Unknown(id.Value);

    private static async Task<Results<Ok<CanvasState>, NotFound<ErrorBody>, Conflict<SaveConflict>>> SaveAsync(
        Body<SaveCanvasRequest> body, CanvasStore store, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var (state, isSaved) = await store.SaveAsync(
            request.CanvasId!, ShapesJson.From(request.Shapes), request.BaseVersion, cancellationToken);
        return (state, isSaved) switch
        {
            (null, _) => Unknown(request.CanvasId!),
            (_, true) => TypedResults.Ok(state),
            _ => TypedResults.Conflict(new SaveConflict(
                $"base_version {request.BaseVersion} is stale; the current version is {state.Version}: fetch it, merge and save",
                state.CanvasId, state.Version, state.Checksum)),
        };
    }

    private static async Task<Results<Ok<CanvasState>, NotFound<ErrorBody>>> GetChecksumAsync(
        ResourceId id, CanvasStore store, CancellationToken cancellationToken) =>
        await store.FindStateAsync(id.Value, cancellationToken) is { } state
            ? TypedResults.Ok(state)
            : Unknown(id.Value);

    private static async Task<Results<FileContentHttpResult, NotFound<ErrorBody>>> GetSvgAsync(
        ResourceId id, HttpResponse response, CanvasStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id.Value, cancellationToken) is not { } canvas)
        {
            return Unknown(id.Value);
        }

        response.Headers.ContentSecurityPolicy = SvgContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.File(SvgDrawing.Export(canvas.Shapes), "image/svg+xml");
    }

    private static async Task<Results<NoContent, NotFound<ErrorBody>>> DeleteAsync(
        ResourceId id, CanvasStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(id.Value, cancellationToken) ? TypedResults.NoContent() : Unknown(id.Value);

    private static NotFound<ErrorBody> Unknown(string id) => Errors.NotFound($"There is no canvas {id}");
}
