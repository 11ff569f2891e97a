namespace OwlBoard.Tests.Fixtures;

/// <summary>
/// Captures what a program under test writes to standard error. Each asynchronous flow has its own capture, so tests that run
/// in parallel do not mix.
/// </summary>
internal sealed class StandardError : IDisposable
{
    private static readonly AsyncLocal<StringWriter?> Current = new();
    private static readonly TextWriter Console = Install();

    private readonly StringWriter _captured = new();

    private StandardError() => Current.Value = _captured;

    public string Text => _captured.ToString().Trim();

    public static StandardError Capture()
    {
        // Accessing the field installs the writer, once.
        _ = Console;
        return new();
    }

    public void Dispose()
    {
        Current.Value = null;
        _captured.Dispose();
    }

    private static TextWriter Install()
    {
        var original = System.Console.Error;
        var routed = TextWriter.Synchronized(new Router(original));
        System.Console.SetError(routed);
        return routed;
    }

    private sealed class Router(TextWriter otherwise) : TextWriter
    {
        public override System.Text.Encoding Encoding => otherwise.Encoding;

        public override void Write(char value) => (Current.Value ?? otherwise).Write(value);

        public override void Write(string? value) => (Current.Value ?? otherwise).Write(value);

        public override void WriteLine(string? value) => (Current.Value ?? otherwise).WriteLine(value);

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }
    }
}
