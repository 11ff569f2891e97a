using System.Text.Json;

namespace OwlBoard.Services.Canvases.Svg;

/// <summary>The bounding box of all shapes.</summary>
internal sealed class SvgBounds
{
    private const double Margin = 10;

    /// <summary>The average width of a letter, relative to its height.</summary>
    private const double AverageLetterWidth = 0.6;

    private double _left = double.PositiveInfinity;
    private double _top = double.PositiveInfinity;
    private double _right = double.NegativeInfinity;
    private double _bottom = double.NegativeInfinity;

    public string ViewBox => _left > _right
        ? "0 0 800 600"
        : string.Join(' ', new[]
        {
            _left - Margin, _top - Margin, _right - _left + (2 * Margin), _bottom - _top + (2 * Margin),
        }.Select(SvgNumber.Format));

    public void Include(JsonElement shape)
    {
        if (ShapeJson.TryEllipse(shape, out var ellipse))
        {
            Include(ellipse.X - ellipse.Width, ellipse.Y - ellipse.Height);
            Include(ellipse.X + ellipse.Width, ellipse.Y + ellipse.Height);
        }
        else if (ShapeJson.TryBox(shape, out var box))
        {
            Include(box.X, box.Y);
            Include(box.X + box.Width, box.Y + box.Height);
        }
        else if (ShapeJson.Number(shape, "x") is { } x && ShapeJson.Number(shape, "y") is { } y)
        {
            Include(x, y);
            if (ShapeJson.Text(shape, "text", "content") is { } text)
            {
                // Text is positioned at the start of its baseline.
                var size = ShapeJson.FontSize(shape);
                Include(x + (text.Length * size * AverageLetterWidth), y - size);
            }
        }

        foreach (var point in ShapeJson.Points(shape))
        {
            Include(point.X, point.Y);
        }
    }

    private void Include(double x, double y)
    {
        _left = Math.Min(_left, x);
        _top = Math.Min(_top, y);
        _right = Math.Max(_right, x);
        _bottom = Math.Max(_bottom, y);
    }
}
