using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>Validates that a whole number is within a range. The message names the key, the value and the range.</summary>
/// <param name="key">The configuration key, as <c>Section:Name</c>.</param>
/// <param name="minimum">The minimum.</param>
/// <param name="maximum">The maximum.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedNumberAttribute(string key, int minimum, int maximum) : ValidationAttribute
{
    /// <summary>The configuration key.</summary>
    public string Key => key;

    /// <summary>The minimum.</summary>
    public int Minimum => minimum;

    /// <summary>The maximum.</summary>
    public int Maximum => maximum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is int number && number >= minimum && number <= maximum
            ? ValidationResult.Success
            : new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"{key} is {value}; it must be between {minimum} and {maximum}."),
                [validationContext.MemberName!]);
}
