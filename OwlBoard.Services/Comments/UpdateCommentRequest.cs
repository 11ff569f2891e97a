using System.ComponentModel.DataAnnotations;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Comments;

internal sealed class UpdateCommentRequest : IValidatableObject
{
    [Text(1, CommentLimits.Content)]
    public string? Content { get; init; }

    public Coordinates? Coordinates { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Content is null && Coordinates is null)
        {
            yield return new("Nothing to change: content, coordinates or both are required");
        }
    }
}
