using Microsoft.Extensions.Logging;

namespace OwlBoard.AppHost.Embedded.Logs;

/// <summary>One line that a resource wrote to its console, or that the engine says about it.</summary>
internal sealed record LogLine(string Resource, string Text, bool IsError)
{
    /// <summary>Counts the lines of all resources, from 1, in the order in which they came.</summary>
    public long Number { get; init; }

    public DateTimeOffset Time { get; init; }

    public LogLevel Level { get; init; }
}
