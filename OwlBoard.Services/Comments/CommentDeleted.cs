using System.Text.Json.Serialization;

namespace OwlBoard.Services.Comments;

/// <summary>What remains to be told of a comment that is gone.</summary>
internal sealed record CommentDeleted([property: JsonPropertyName("_id")] string Id, string DashboardId);
