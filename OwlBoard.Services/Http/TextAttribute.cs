using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OwlBoard.Services.Http;

/// <summary>
/// Validates the length of text in Unicode code points, as PostgreSQL counts characters, so that an emoji is one. Blank text
/// is refused if there is a minimum; U+0000 always, because PostgreSQL cannot store it. Absent text is valid: use
/// <see cref="RequiredTextAttribute"/> to require it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal class TextAttribute(int minimum, int maximum) : ValidationAttribute
{
    public int Minimum => minimum;

    public int Maximum => maximum;

    public static bool IsValidText(string text, int minimum, int maximum)
    {
        if (minimum > 0 && string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var characters = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0 || ++characters > maximum)
            {
                return false;
            }
        }

        return characters >= minimum;
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);

        return value switch
        {
            null => ValidationResult.Success,
            string text when IsValidText(text, minimum, maximum) => ValidationResult.Success,
            _ => new($"{FieldName(validationContext)} must be text of {minimum} to {maximum} characters"),
        };
    }

    protected static string FieldName(ValidationContext context) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(context.MemberName ?? context.DisplayName);
}
