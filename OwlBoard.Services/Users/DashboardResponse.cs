namespace OwlBoard.Services.Users;

internal sealed record DashboardResponse(int Id, string Title, string? Description, int OwnerId);
