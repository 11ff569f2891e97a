namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>The spans of a trace that have arrived so far.</summary>
internal sealed class Trace
{
    public Trace(string id)
    {
        Id = id;
        Place = new(this);
    }

    public string Id { get; }

    public Dictionary<string, Span> Spans { get; } = [];

    /// <summary>Its place in the order in which traces are dropped.</summary>
    public LinkedListNode<Trace> Place { get; }

    public TraceSummary Summarize()
    {
        // The first of those whose parent is not here: a client may have begun the trace, and does not report to us.
        var root = Spans.Values
            .OrderBy(span => span.ParentId is not null && Spans.ContainsKey(span.ParentId))
            .ThenBy(span => span.Start)
            .First();
        var start = Spans.Values.Min(span => span.Start);
        return new(
            Id,
            root.Title,
            root.Resource,
            start,
            Spans.Values.Max(span => span.End) - start,
            Spans.Count,
            Spans.Values.Count(span => span.IsError),
            [.. Spans.Values.OrderBy(span => span.Start).Select(span => span.Resource).Distinct()]);
    }
}
