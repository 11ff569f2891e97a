using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OwlBoard.ServiceDefaults.Startup;

/// <summary>The least and the greatest duration that a setting may have. Its message names key, value and both.</summary>
/// <param name="key">The configuration key, as <c>Section:Name</c>.</param>
/// <param name="minimum">The least, as <c>hh:mm:ss.fffffff</c>.</param>
/// <param name="maximum">The greatest, in the same form.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedDurationAttribute(string key, string minimum, string maximum) : ValidationAttribute
{
    /// <summary>The configuration key.</summary>
    public string Key => key;

    /// <summary>The least duration.</summary>
    public string Minimum => minimum;

    /// <summary>The greatest duration.</summary>
    public string Maximum => maximum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is TimeSpan duration && duration >= Parse(minimum) && duration <= Parse(maximum)
            ? ValidationResult.Success
            : new ValidationResult($"{key} is '{value}': allowed are durations from {minimum} to {maximum}", [validationContext.MemberName!]);

    private static TimeSpan Parse(string duration) => TimeSpan.ParseExact(duration, "c", CultureInfo.InvariantCulture);
}
