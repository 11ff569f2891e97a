using System.Text.Json;

namespace OwlBoard.Services.Canvases.Svg;

/// <summary>Reads the members of a shape, under the various names that clients use.</summary>
internal static class ShapeJson
{
    /// <summary>The largest coordinate that is drawn; beyond it renderers lose precision.</summary>
    private const double MaxCoordinate = 1e7;

    public static string? Text(JsonElement shape, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (shape.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                try
                {
                    return value.GetString();
                }
                catch (InvalidOperationException)
                {
                    // An escaped unpaired surrogate: valid JSON, but not valid text.
                    return null;
                }
            }
        }

        return null;
    }

    public static double? Number(JsonElement shape, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (shape.TryGetProperty(name, out var value) && Number(value) is { } number)
            {
                return number;
            }
        }

        return null;
    }

    public static double? Size(JsonElement shape, params ReadOnlySpan<string> names) =>
        Number(shape, names) is { } size ? Math.Clamp(size, 0, 1000) : null;

    public static double FontSize(JsonElement shape) => Size(shape, "font_size", "fontSize", "size") ?? 16;

    public static bool TryBox(JsonElement shape, out (double X, double Y, double Width, double Height) box)
    {
        box = default;
        if (Number(shape, "x") is not { } x || Number(shape, "y") is not { } y
            || Number(shape, "width", "w") is not { } width || Number(shape, "height", "h") is not { } height)
        {
            return false;
        }

        // Width and height are negative if the shape was dragged to the left or upwards.
        box = (Math.Min(x, x + width), Math.Min(y, y + height), Math.Abs(width), Math.Abs(height));
        return true;
    }

    /// <summary>Reads the center and the two radii.</summary>
    public static bool TryEllipse(JsonElement shape, out (double X, double Y, double Width, double Height) ellipse)
    {
        ellipse = default;
        if (Number(shape, "cx", "x") is { } x && Number(shape, "cy", "y") is { } y
            && Number(shape, "rx", "r", "radius") is { } rx)
        {
            ellipse = (x, y, Math.Abs(rx), Math.Abs(Number(shape, "ry") ?? rx));
            return true;
        }

        if (Text(shape, "type", "tool") is "circle" or "ellipse" && TryBox(shape, out var box))
        {
            ellipse = (box.X + (box.Width / 2), box.Y + (box.Height / 2), box.Width / 2, box.Height / 2);
            return true;
        }

        return false;
    }

    /// <summary>Returns <c>points</c>, given as pairs or as objects, or else the two ends of a line.</summary>
    public static List<(double X, double Y)> Points(JsonElement shape)
    {
        var points = new List<(double, double)>();
        if (shape.TryGetProperty("points", out var array) && array.ValueKind == JsonValueKind.Array)
        {
            foreach (var point in array.EnumerateArray())
            {
                if (TryPoint(point, out var x, out var y))
                {
                    points.Add((x, y));
                }
            }
        }
        else if (Number(shape, "x1") is { } x1 && Number(shape, "y1") is { } y1
            && Number(shape, "x2") is { } x2 && Number(shape, "y2") is { } y2)
        {
            points.Add((x1, y1));
            points.Add((x2, y2));
        }

        return points;
    }

    private static bool TryPoint(JsonElement point, out double x, out double y)
    {
        var (first, second) = point.ValueKind switch
        {
            JsonValueKind.Object => (Number(point, "x"), Number(point, "y")),
            JsonValueKind.Array when point.GetArrayLength() >= 2 => (Number(point[0]), Number(point[1])),
            _ => (null, null),
        };
        x = first ?? 0;
        y = second ?? 0;
        return first is not null && second is not null;
    }

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) <= MaxCoordinate
            ? number
            : null;
}
