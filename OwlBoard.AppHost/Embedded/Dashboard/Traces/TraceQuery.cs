namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>Which traces to list; what is not said does not matter.</summary>
/// <param name="Resource">A program that it went through.</param>
/// <param name="Text">A part of its name or of its id.</param>
/// <param name="OnlyErrors">Only those with an error.</param>
/// <param name="AtLeast">Nanoseconds that it took at least.</param>
internal sealed record TraceQuery(string? Resource = null, string? Text = null, bool OnlyErrors = false, ulong AtLeast = 0)
{
    public bool Matches(TraceSummary trace) =>
        (string.IsNullOrEmpty(Resource) || trace.Resources.Contains(Resource))
        && (string.IsNullOrEmpty(Text)
            || trace.Name.Contains(Text, StringComparison.OrdinalIgnoreCase)
            || trace.Id.Contains(Text, StringComparison.OrdinalIgnoreCase))
        && (!OnlyErrors || trace.Errors > 0)
        && trace.Duration >= AtLeast;
}
