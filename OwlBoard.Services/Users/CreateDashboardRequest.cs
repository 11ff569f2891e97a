using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

internal sealed class CreateDashboardRequest
{
    [RequiredText(1, UserLimits.Title)]
    public string? Title { get; init; }

    [Text(0, UserLimits.Description)]
    public string? Description { get; init; }
}
