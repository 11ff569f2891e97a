using System.Text.Json.Serialization;

namespace OwlBoard.Services.Comments;

internal sealed record CommentResponse(
    [property: JsonPropertyName("_id")] string Id,
    string DashboardId,
    string UserId,
    string UserName,
    string Content,
    Coordinates Coordinates,
    DateTime CreatedAt,
    DateTime UpdatedAt)
{
    public static CommentResponse From(Comment comment) => new(
        comment.Id,
        comment.DashboardId,
        comment.UserId,
        comment.UserName,
        comment.Content,
        new(comment.X, comment.Y),
        comment.CreatedAt,
        comment.UpdatedAt);
}
