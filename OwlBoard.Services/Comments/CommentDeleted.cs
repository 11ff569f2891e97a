using System.Text.Json.Serialization;

namespace OwlBoard.Services.Comments;

/// <summary>The event data of a deleted comment.</summary>
internal sealed record CommentDeleted([property: JsonPropertyName("_id")] string Id, string DashboardId);
