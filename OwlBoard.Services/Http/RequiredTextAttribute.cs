using System.ComponentModel.DataAnnotations;

namespace OwlBoard.Services.Http;

/// <summary>Validates required text, with the rules of <see cref="TextAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RequiredTextAttribute(int minimum, int maximum) : TextAttribute(minimum, maximum)
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);

        return value is null
            ? new($"{FieldName(validationContext)} is required")
            : base.IsValid(value, validationContext);
    }
}
