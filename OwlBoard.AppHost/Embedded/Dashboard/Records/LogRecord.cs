namespace OwlBoard.AppHost.Embedded.Dashboard.Records;

/// <summary>What a program logged, with its parts.</summary>
/// <param name="Resource">The program.</param>
/// <param name="Category">The logger.</param>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Severity">OTLP's number: 1 trace, 5 debug, 9 information, 13 warning, 17 error, 21 critical.</param>
/// <param name="Text">The message.</param>
internal sealed record LogRecord(string Resource, string Category, ulong Time, int Severity, string Text)
{
    /// <summary>Counts the records of all programs, from 1.</summary>
    public long Number { get; init; }

    /// <summary>The trace during which it was logged, if any.</summary>
    public string? TraceId { get; init; }

    /// <summary>The span during which it was logged, if any.</summary>
    public string? SpanId { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];
}
