using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OwlBoard.Services.Canvases;

/// <summary>Validates the shapes of a canvas: an array of objects, whose members are up to the client.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ShapesAttribute : ValidationAttribute
{
    private const int MaxShapes = 20_000;

    public bool IsRequired { get; init; }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        if (value is not JsonElement shapes)
        {
            return IsRequired ? new("shapes is required") : ValidationResult.Success;
        }

        if (shapes.ValueKind != JsonValueKind.Array)
        {
            return new("shapes must be an array");
        }

        if (shapes.GetArrayLength() > MaxShapes)
        {
            return new($"shapes must hold at most {MaxShapes} shapes");
        }

        var index = 0;
        foreach (var shape in shapes.EnumerateArray())
        {
            if (shape.ValueKind != JsonValueKind.Object)
            {
                return new($"shapes[{index}] must be an object");
            }

            index++;
        }

        return ValidationResult.Success;
    }
}
