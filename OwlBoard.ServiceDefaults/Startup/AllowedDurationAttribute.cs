using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>Validates that a duration is within a range. The message names the key, the value and the range.</summary>
/// <param name="key">The configuration key, as <c>Section:Name</c>.</param>
/// <param name="minimum">The minimum, as <c>hh:mm:ss.fffffff</c>.</param>
/// <param name="maximum">The maximum, in the same form.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedDurationAttribute(string key, string minimum, string maximum) : ValidationAttribute
{
    /// <summary>The configuration key.</summary>
    public string Key => key;

    /// <summary>The minimum duration.</summary>
    public string Minimum => minimum;

    /// <summary>The maximum duration.</summary>
    public string Maximum => maximum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is TimeSpan duration && duration >= Parse(minimum) && duration <= Parse(maximum)
            ? ValidationResult.Success
            : new ValidationResult($"{key} is '{value}'; it must be between {minimum} and {maximum}.", [validationContext.MemberName!]);

    private static TimeSpan Parse(string duration) => TimeSpan.ParseExact(duration, "c", CultureInfo.InvariantCulture);
}
