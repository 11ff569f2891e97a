using System.Text.Json.Serialization;

namespace OwlBoard.Services.Comments;

/// <summary>A position on a dashboard.</summary>
[JsonConverter(typeof(CoordinatesConverter))]
internal sealed record Coordinates(double X, double Y);
