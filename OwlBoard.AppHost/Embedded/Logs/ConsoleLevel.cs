using Microsoft.Extensions.Logging;

namespace OwlBoard.AppHost.Embedded.Logs;

/// <summary>
/// The level that a line has in .NET's simple console format: <c>warn: Category[0]</c>, and below it the message, indented.
/// </summary>
internal static class ConsoleLevel
{
    private const string Indentation = "      ";

    /// <param name="line">The line.</param>
    /// <param name="before">The level of the line before it, which an indented line continues.</param>
    public static LogLevel Of(LogLine line, LogLevel before) => line.Text switch
    {
        _ when line.Text.StartsWith(Indentation, StringComparison.Ordinal) => before,
        _ when line.Text.Length < 5 || line.Text[4] != ':' => line.IsError ? LogLevel.Error : LogLevel.Information,
        _ => line.Text[..4] switch
        {
            "trce" => LogLevel.Trace,
            "dbug" => LogLevel.Debug,
            "warn" => LogLevel.Warning,
            "fail" => LogLevel.Error,
            "crit" => LogLevel.Critical,
            "info" => LogLevel.Information,
            _ => line.IsError ? LogLevel.Error : LogLevel.Information,
        },
    };
}
