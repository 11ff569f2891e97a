using System.Text;
using System.Text.Json;
using System.Xml;

namespace OwlBoard.Services.Canvases.Svg;

/// <summary>
/// Draws shapes as SVG: strokes, lines, rectangles, circles, ellipses and text. Shapes are client-defined JSON, so unknown
/// shapes are skipped, and only numbers, colors from <see cref="SvgColor"/> and text escaped by <see cref="XmlWriter"/>
/// reach the document.
/// </summary>
internal static class SvgDrawing
{
    private const string Namespace = "http://www.w3.org/2000/svg";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    };

    public static byte[] Export(string shapes)
    {
        using var document = JsonDocument.Parse(shapes);
        var bounds = new SvgBounds();
        foreach (var shape in document.RootElement.EnumerateArray())
        {
            bounds.Include(shape);
        }

        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, Settings))
        {
            xml.WriteStartElement("svg", Namespace);
            xml.WriteAttributeString("viewBox", bounds.ViewBox);
            foreach (var shape in document.RootElement.EnumerateArray())
            {
                Write(xml, shape);
            }

            xml.WriteEndElement();
        }

        return output.ToArray();
    }

    private static void Write(XmlWriter xml, JsonElement shape)
    {
        var type = ShapeJson.Text(shape, "type", "tool") ?? "";
        switch (type)
        {
            case "rect" or "rectangle" when ShapeJson.TryBox(shape, out var box):
                xml.WriteStartElement("rect", Namespace);
                WriteNumbers(xml, ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height));
                WriteOutline(xml, shape);
                xml.WriteEndElement();
                break;
            case "circle" or "ellipse" when ShapeJson.TryEllipse(shape, out var ellipse):
                xml.WriteStartElement("ellipse", Namespace);
                WriteNumbers(xml, ("cx", ellipse.X), ("cy", ellipse.Y), ("rx", ellipse.Width), ("ry", ellipse.Height));
                WriteOutline(xml, shape);
                xml.WriteEndElement();
                break;
            case "text" when ShapeJson.Number(shape, "x") is { } x && ShapeJson.Number(shape, "y") is { } y
                && ShapeJson.Text(shape, "text", "content") is { } text:
                xml.WriteStartElement("text", Namespace);
                WriteNumbers(xml, ("x", x), ("y", y), ("font-size", ShapeJson.FontSize(shape)));
                xml.WriteAttributeString("font-family", "sans-serif");
                xml.WriteAttributeString("fill", SvgColor.Of(shape, "color", "fill", "stroke") ?? "black");
                xml.WriteString(Printable(text));
                xml.WriteEndElement();
                break;
            default:
                WriteStroke(xml, shape);
                break;
        }
    }

    /// <summary>Writes a stroke. Any shape with points is a stroke, whatever its tool.</summary>
    private static void WriteStroke(XmlWriter xml, JsonElement shape)
    {
        var points = ShapeJson.Points(shape);
        if (points.Count == 0)
        {
            return;
        }

        // A dot is a line of length zero, which round caps make visible.
        var line = points.Count == 1 ? [points[0], points[0]] : points;
        xml.WriteStartElement("polyline", Namespace);
        xml.WriteAttributeString("points", string.Join(' ', line.Select(p => $"{SvgNumber.Format(p.X)},{SvgNumber.Format(p.Y)}")));
        xml.WriteAttributeString("stroke-linecap", "round");
        xml.WriteAttributeString("stroke-linejoin", "round");
        WriteOutline(xml, shape);
        xml.WriteEndElement();
    }

    private static void WriteOutline(XmlWriter xml, JsonElement shape)
    {
        xml.WriteAttributeString("fill", SvgColor.Of(shape, "fill") ?? "none");
        xml.WriteAttributeString("stroke", SvgColor.Of(shape, "stroke", "color") ?? "black");
        WriteNumbers(xml, ("stroke-width", ShapeJson.Size(shape, "stroke_width", "strokeWidth", "line_width", "lineWidth", "width_px", "size", "thickness")
            ?? StrokeWidthOfPoints(shape) ?? 2));
        if (ShapeJson.Number(shape, "opacity") is { } opacity)
        {
            WriteNumbers(xml, ("opacity", Math.Clamp(opacity, 0, 1)));
        }
    }

    /// <summary>Returns the pen's width: <c>width</c> of a stroke. On a rectangle <c>width</c> is the rectangle's.</summary>
    private static double? StrokeWidthOfPoints(JsonElement shape) =>
        shape.TryGetProperty("points", out _) ? ShapeJson.Size(shape, "width") : null;

    private static void WriteNumbers(XmlWriter xml, params ReadOnlySpan<(string Name, double Value)> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            xml.WriteAttributeString(name, SvgNumber.Format(value));
        }
    }

    /// <summary>Removes the characters that XML cannot represent (XML 1.0 section 2.2).</summary>
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value))
            {
                printable.Append(rune.ToString());
            }
        }

        return printable.ToString();
    }
}
