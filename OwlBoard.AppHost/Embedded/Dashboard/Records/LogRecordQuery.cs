namespace OwlBoard.AppHost.Embedded.Dashboard.Records;

/// <summary>Which records to list; what is not said does not matter.</summary>
/// <param name="Resource">The program.</param>
/// <param name="Text">A part of the message, the logger or an attribute's value.</param>
/// <param name="AtLeast">The lowest severity.</param>
/// <param name="TraceId">The trace.</param>
internal sealed record LogRecordQuery(string? Resource = null, string? Text = null, int AtLeast = 0, string? TraceId = null)
{
    public bool Matches(LogRecord record) =>
        (string.IsNullOrEmpty(Resource) || record.Resource == Resource)
        && record.Severity >= AtLeast
        && (string.IsNullOrEmpty(TraceId) || record.TraceId == TraceId)
        && (string.IsNullOrEmpty(Text)
            || record.Text.Contains(Text, StringComparison.OrdinalIgnoreCase)
            || record.Category.Contains(Text, StringComparison.OrdinalIgnoreCase)
            || record.Attributes.Any(attribute => attribute.Value.Contains(Text, StringComparison.OrdinalIgnoreCase)));
}
