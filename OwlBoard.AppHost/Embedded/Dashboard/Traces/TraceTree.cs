namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>Orders the spans of a trace as a waterfall.</summary>
internal static class TraceTree
{
    /// <summary>
    /// Each span below its parent, siblings by their start. Spans whose parent is not here are at the top, and so is the
    /// first of spans that are each other's parents.
    /// </summary>
    public static IReadOnlyList<(Span Span, int Depth)> Of(IReadOnlyCollection<Span> spans)
    {
        var ids = spans.Select(span => span.Id).ToHashSet();
        var children = spans
            .Where(span => span.ParentId is not null && ids.Contains(span.ParentId))
            .ToLookup(span => span.ParentId!);
        var roots = spans.Where(span => span.ParentId is null || !ids.Contains(span.ParentId));
        var seen = new HashSet<string>();
        var rows = new List<(Span, int)>(spans.Count);
        // In a circle nobody is at the top: what the roots do not lead to starts at its first span.
        foreach (var top in roots.OrderBy(span => span.Start).Concat(spans.OrderBy(span => span.Start)))
        {
            var open = new Stack<(Span Span, int Depth)>([(top, 0)]);
            while (open.TryPop(out var next))
            {
                if (!seen.Add(next.Span.Id))
                {
                    continue;
                }

                rows.Add(next);
                foreach (var child in children[next.Span.Id].OrderByDescending(span => span.Start))
                {
                    open.Push((child, next.Depth + 1));
                }
            }
        }

        return rows;
    }
}
