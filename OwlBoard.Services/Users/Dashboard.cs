namespace OwlBoard.Services.Users;

/// <summary>A whiteboard in its owner's list.</summary>
internal sealed class Dashboard
{
    public int Id { get; set; }

    public required string Title { get; set; }

    public string? Description { get; set; }

    public int OwnerId { get; set; }

    public DateTime CreatedAt { get; set; }
}
