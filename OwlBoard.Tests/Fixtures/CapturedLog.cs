using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Records the log of a program under test, in all categories.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    /// <summary>The recorded lines: the message, followed by the exception if there is one.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}".TrimEnd());

    public void Dispose()
    {
    }
}
