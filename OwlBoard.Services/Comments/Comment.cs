namespace OwlBoard.Services.Comments;

/// <summary>A comment pinned to a position on a dashboard.</summary>
internal sealed class Comment
{
    public required string Id { get; set; }

    public required string DashboardId { get; set; }

    public required string UserId { get; set; }

    public required string UserName { get; set; }

    public required string Content { get; set; }

    public double X { get; set; }

    public double Y { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime UpdatedAt { get; set; }
}
