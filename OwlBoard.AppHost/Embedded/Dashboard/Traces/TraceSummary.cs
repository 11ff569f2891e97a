namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>A trace in the list.</summary>
/// <param name="Id">Its id, 32 hexadecimal digits.</param>
/// <param name="Name">The title of its first span.</param>
/// <param name="Resource">The program that it began in.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="Duration">Nanoseconds from its first to its last moment.</param>
/// <param name="Spans">How many there are.</param>
/// <param name="Errors">How many of them failed.</param>
/// <param name="Resources">The programs that it went through, in the order in which it did.</param>
internal sealed record TraceSummary(
    string Id, string Name, string Resource, ulong Start, ulong Duration, int Spans, int Errors, IReadOnlyList<string> Resources);
