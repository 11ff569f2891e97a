using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>The least and the greatest whole number that a setting may have. Its message names key, value and both.</summary>
/// <param name="key">The configuration key, as <c>Section:Name</c>.</param>
/// <param name="minimum">The least.</param>
/// <param name="maximum">The greatest.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedNumberAttribute(string key, int minimum, int maximum) : ValidationAttribute
{
    /// <summary>The configuration key.</summary>
    public string Key => key;

    /// <summary>The least number.</summary>
    public int Minimum => minimum;

    /// <summary>The greatest number.</summary>
    public int Maximum => maximum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is int number && number >= minimum && number <= maximum
            ? ValidationResult.Success
            : new ValidationResult(
                string.Create(CultureInfo.InvariantCulture, $"{key} is {value}; it must be between {minimum} and {maximum}."),
                [validationContext.MemberName!]);
}
