using System.Collections.Concurrent;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Terminal;

namespace OwlBoard.Tests.AppHost;

/// <summary>Remembers what a person would have been shown.</summary>
internal sealed class RecordingConsole() : RunConsole(new Palette(isOn: false))
{
    private readonly ConcurrentQueue<ResourceSnapshot> _states = [];
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<ResourceSnapshot> States => [.. _states];

    public IReadOnlyList<string> Lines => [.. _lines];

    public ResourceSnapshot? Latest(string name) => States.LastOrDefault(state => state.Name == name);

    public override void WriteLine(string line) => _lines.Enqueue(line);

    protected override void ShowState(ResourceSnapshot changed, IReadOnlyList<ResourceSnapshot> all) => _states.Enqueue(changed);
}
