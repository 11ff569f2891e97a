using System.Globalization;
using System.Text;
using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>
/// Log lines that scroll, and below them the table of resources, which is drawn over when something changes.
/// </summary>
internal sealed class LiveConsole : RunConsole
{
    /// <summary>Ten frames a second look immediate, and a talkative program costs no more than that.</summary>
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly Func<(int Width, int Height)> _size;
    private readonly ResourceTable _table;
    private readonly StringBuilder _pending = new();
    private readonly Timer _timer;
    private IReadOnlyList<ResourceSnapshot> _resources = [];
    private bool _changed;
    private int _drawn;

    public LiveConsole(TextWriter output, Palette palette, Func<(int Width, int Height)> size)
        : base(palette)
    {
        _output = output;
        _size = size;
        _table = new ResourceTable(palette);
        _timer = new Timer(_ => Draw(), null, Frame, Frame);
    }

    public override void WriteLine(string line)
    {
        lock (_lock)
        {
            _pending.Append(line).Append('\n');
            _changed = true;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Draw();
        await base.DisposeAsync();
    }

    /// <summary>Draws what has changed since the last time.</summary>
    internal void Draw()
    {
        lock (_lock)
        {
            if (!_changed)
            {
                return;
            }

            var frame = new StringBuilder();
            if (_drawn > 0)
            {
                // Up to the table's first line, and clear from there on (ECMA-48 CPL and ED).
                frame.Append(CultureInfo.InvariantCulture, $"\e[{_drawn}F\e[J");
            }

            frame.Append(_pending);
            _pending.Clear();
            var lines = TableLines();
            foreach (var line in lines)
            {
                frame.Append(line).Append('\n');
            }

            _drawn = lines.Count;
            _changed = false;
            _output.Write(frame.ToString());
            _output.Flush();
        }
    }

    protected override void ShowState(ResourceSnapshot changed, IReadOnlyList<ResourceSnapshot> all)
    {
        lock (_lock)
        {
            _resources = all;
            _changed = true;
        }
    }

    private IReadOnlyList<string> TableLines()
    {
        var (width, height) = _size();
        if (_resources.Count + 3 <= height)
        {
            return _table.Render(_resources, width);
        }

        // Lines that have scrolled out of the screen cannot be drawn over: a summary, and who is not well.
        var notReady = string.Join(", ", _resources.Where(resource => !resource.IsReady)
            .Select(resource => $"{resource.Name} {ResourceTable.StateOf(resource)}"));
        var summary = $"{_resources.Count(resource => resource.IsReady)} of {_resources.Count} running {notReady}".TrimEnd();
        return [summary.Length < width ? summary : summary[..Math.Max(0, width - 1)]];
    }
}
