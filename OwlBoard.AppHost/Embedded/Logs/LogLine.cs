namespace OwlBoard.AppHost.Embedded.Logs;

/// <summary>One line that a resource wrote to its console, or that the engine says about it.</summary>
internal sealed record LogLine(string Resource, string Text, bool IsError);
