namespace OwlBoard.Services.Chat;

/// <summary>A dashboard's room, created when the first user joins or writes.</summary>
internal sealed class ChatRoom
{
    public required string DashboardId { get; set; }

    public required string Id { get; set; }

    public required string Name { get; set; }

    public string Description { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    public required string CreatedBy { get; set; }

    public bool IsActive { get; set; } = true;
}
