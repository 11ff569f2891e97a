using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Canvases;

/// <summary>Validates the id of a canvas in a body: required, with the same rules as in a query.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CanvasIdAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);

        if (ResourceId.IsValid(value as string))
        {
            return ValidationResult.Success;
        }

        var field = JsonNamingPolicy.SnakeCaseLower.ConvertName(validationContext.MemberName!);
        return new(value is null
            ? $"{field} is required"
            : $"{field} must be text of 1 to {ResourceId.MaxLength} characters");
    }
}
