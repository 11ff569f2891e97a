using System.ComponentModel.DataAnnotations;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Comments;

internal sealed class CreateCommentRequest
{
    [RequiredText(1, CommentLimits.Content)]
    public string? Content { get; init; }

    [Required(ErrorMessage = "coordinates is required")]
    public Coordinates? Coordinates { get; init; }

    [Text(0, CommentLimits.UserName)]
    public string? UserName { get; init; }
}
