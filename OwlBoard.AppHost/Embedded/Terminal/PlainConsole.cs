using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>One line for each thing that happens.</summary>
internal sealed class PlainConsole(TextWriter output, Palette palette) : RunConsole(palette)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _states = [];

    public override void WriteLine(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
        }
    }

    protected override void ShowState(ResourceSnapshot changed, IReadOnlyList<ResourceSnapshot> all)
    {
        var state = ResourceTable.StateOf(changed);
        var before = _states.GetValueOrDefault(changed.Name);
        _states[changed.Name] = state;
        if (state == before || changed.State == ResourceState.NotStarted)
        {
            return;
        }

        var process = changed.ProcessId is { } id ? $", pid {id}" : string.Empty;
        var urls = string.Concat(changed.Urls.Select(url => $" {url.Url}"));
        WriteLine($"{changed.Name}: {state}{process}{(changed.IsReady ? "," + urls : string.Empty)}");
    }
}
