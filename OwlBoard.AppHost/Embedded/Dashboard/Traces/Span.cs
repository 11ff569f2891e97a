namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>One operation of one program within a trace.</summary>
internal sealed record Span(string TraceId, string Id, string? ParentId, string Resource, string Name)
{
    /// <summary>The request where it is one: a route's pattern says little where a proxy takes every path.</summary>
    public string Title => this["url.path"] is { } path ? $"{this["http.request.method"]} {path}" : Name;

    public SpanKind Kind { get; init; }

    /// <summary>The activity source that made it.</summary>
    public string Source { get; init; } = string.Empty;

    /// <summary>Nanoseconds since 1970.</summary>
    public ulong Start { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public ulong End { get; init; }

    public bool IsError { get; init; }

    /// <summary>What the program says about its error.</summary>
    public string? Message { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    public IReadOnlyList<SpanEvent> Events { get; init; } = [];

    public string? this[string attribute] =>
        Attributes.FirstOrDefault(candidate => candidate.Key == attribute).Value;
}
