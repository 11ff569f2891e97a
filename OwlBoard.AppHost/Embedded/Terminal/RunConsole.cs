using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>Shows a run to a person, or to a file.</summary>
internal abstract class RunConsole : IAsyncDisposable
{
    private readonly Palette _palette;
    private readonly Dictionary<string, string> _prefixes = [];

    protected RunConsole(Palette palette) => _palette = palette;

    /// <summary>
    /// A table that stays in place below the logs in a terminal, else plain lines. No colours in a file, nor where
    /// <c>NO_COLOR</c> is set (no-color.org).
    /// </summary>
    public static RunConsole Create()
    {
        var isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        var palette = new Palette(isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
        return isTerminal
            ? new LiveConsole(Console.Out, palette, () => (Console.WindowWidth, Console.WindowHeight))
            : new PlainConsole(Console.Out, palette);
    }

    /// <summary>Writes a line of the engine's own.</summary>
    public abstract void WriteLine(string line);

    /// <summary>Shows what happens until the token is cancelled and what was written before is shown.</summary>
    public async Task ShowAsync(ResourceNotifications notifications, ResourceLogs logs, CancellationToken ended)
    {
        var resources = notifications.Current;
        var widest = resources.Select(resource => resource.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var (index, resource) in resources.Index())
        {
            _prefixes[resource.Name] = _palette.Paint(resource.Name.PadRight(widest) + " |", Palette.OfResource(index));
        }

        await Task.WhenAll(ShowLogsAsync(logs, ended), ShowStatesAsync(notifications, ended));
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Shows that a resource is not what it was.</summary>
    protected abstract void ShowState(ResourceSnapshot changed, IReadOnlyList<ResourceSnapshot> all);

    /// <summary>What programs write may move the cursor or clear the screen: they do not own it here.</summary>
    private static string WithoutControls(string text) =>
        text.Any(c => char.IsControl(c) && c != '\t')
            ? string.Concat(text.Where(c => !char.IsControl(c) || c == '\t'))
            : text;

    private async Task ShowLogsAsync(ResourceLogs logs, CancellationToken ended)
    {
        try
        {
            await foreach (var line in logs.ReadAsync(resource: null, ended))
            {
                var text = WithoutControls(line.Text);
                WriteLine($"{_prefixes[line.Resource]} {(line.IsError ? _palette.Paint(text, Palette.Red) : text)}");
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task ShowStatesAsync(ResourceNotifications notifications, CancellationToken ended)
    {
        try
        {
            await foreach (var changed in notifications.WatchAsync(ended))
            {
                ShowState(changed, notifications.Current);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
