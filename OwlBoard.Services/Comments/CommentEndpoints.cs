using Microsoft.AspNetCore.Http.HttpResults;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Comments;

/// <summary>The HTTP endpoints of comments.</summary>
internal static class CommentEndpoints
{
    public static void Map(IEndpointRouteBuilder comments)
    {
        comments.MapPost("/dashboards/{dashboardId}/users/{userId}/comments", CreateAsync);
        comments.MapGet("/dashboards/{dashboardId}", ListAsync);
        comments.MapGet("/{id}", GetAsync);
        comments.MapPut("/{id}", UpdateAsync);
        comments.MapPut("/{id}/coordinates", MoveAsync);
        comments.MapDelete("/{id}", DeleteAsync);
    }

    private static async Task<Created<CommentResponse>> CreateAsync(
        ResourceId dashboardId,
        ResourceId userId,
        Body<CreateCommentRequest> body,
        CommentStore store,
        CancellationToken cancellationToken) =>
        TypedResults.Created(
            (string?)null, await store.CreateAsync(dashboardId.Value, userId.Value, body.Value, cancellationToken));

    private static async Task<Ok<List<CommentResponse>>> ListAsync(
        ResourceId dashboardId, Page page, CommentStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ListAsync(dashboardId.Value, page, cancellationToken));

    private static async Task<Results<Ok<CommentResponse>, NotFound<ErrorBody>>> GetAsync(
        CommentId id, CommentStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.FindAsync(id.Value, cancellationToken));

    private static async Task<Results<Ok<CommentResponse>, NotFound<ErrorBody>>> UpdateAsync(
        CommentId id, Body<UpdateCommentRequest> body, CommentStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.UpdateAsync(id.Value, body.Value.Content, body.Value.Coordinates, cancellationToken));

    private static async Task<Results<Ok<CommentResponse>, NotFound<ErrorBody>>> MoveAsync(
        CommentId id, Body<Coordinates> body, CommentStore store, CancellationToken cancellationToken) =>
        Answer(id, await store.UpdateAsync(id.Value, null, body.Value, cancellationToken));

    private static async Task<Results<NoContent, NotFound<ErrorBody>>> DeleteAsync(
        CommentId id, CommentStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(id.Value, cancellationToken) ? TypedResults.NoContent() : Unknown(id);

    private static Results<Ok<CommentResponse>, NotFound<ErrorBody>> Answer(CommentId id, CommentResponse? comment) =>
        comment is null ? Unknown(id) : TypedResults.Ok(comment);

    private static NotFound<ErrorBody> Unknown(CommentId id) => Errors.NotFound($"There is no comment {id}");
}
