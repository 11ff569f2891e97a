using System.Globalization;
using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>The resources as a table.</summary>
internal sealed class ResourceTable(Palette palette)
{
    private const string Gap = "  ";

    /// <summary>Renders a heading and a line for each resource, none wider than the terminal, which would wrap it.</summary>
    public IReadOnlyList<string> Render(IReadOnlyList<ResourceSnapshot> resources, int width)
    {
        string[][] rows =
        [
            ["RESOURCE", "STATE", "PID", "ENDPOINT"],
            .. resources.Select(resource => new[]
            {
                resource.Name,
                StateOf(resource),
                resource.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? "-",
                string.Join(' ', resource.Urls.Select(url => url.Url)),
            }),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return [.. rows.Select((row, i) =>
        {
            var line = string.Join(Gap, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
            line = line.Length < width ? line : line[..Math.Max(0, width - 1)];
            return i == 0 ? palette.Paint(line, Palette.Grey) : PaintState(line, row[1], widths[0] + Gap.Length, resources[i - 1]);
        })];
    }

    /// <summary>The state in a word, and how often it took a new start to get there.</summary>
    public static string StateOf(ResourceSnapshot resource) => resource.Restarts == 0
        ? WordFor(resource)
        : $"{WordFor(resource)} (restarts: {resource.Restarts})";

    /// <summary>The state in a word.</summary>
    public static string WordFor(ResourceSnapshot resource) => (resource.State, resource.Health) switch
    {
        (ResourceState.Running, ResourceHealth.Unknown) => "Starting",
        (ResourceState.Running, ResourceHealth.Unhealthy) => "Unhealthy",
        (ResourceState.NotStarted, _) => "Not started",
        _ => resource.State.ToString(),
    };

    private string PaintState(string line, string state, int column, ResourceSnapshot resource)
    {
        if (line.Length < column + state.Length)
        {
            return line;
        }

        var colour = resource switch
        {
            { IsReady: true } => Palette.Green,
            { State: ResourceState.Restarting } => Palette.Red,
            { State: ResourceState.NotStarted or ResourceState.Stopped } => Palette.Grey,
            _ => Palette.Yellow,
        };
        return string.Concat(line.AsSpan(0, column), palette.Paint(state, colour), line.AsSpan(column + state.Length));
    }
}
