using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OwlBoard.AppHost.Embedded.Logs;

/// <summary>The console lines of all resources: the latest of each are kept, new ones are passed on.</summary>
internal sealed class ResourceLogs
{
    /// <summary>Lines kept of each resource, for those who come later.</summary>
    private const int Kept = 1000;

    /// <summary>Lines that may wait for a slow reader; the oldest are dropped beyond that, so that no program is held up.</summary>
    private const int Backlog = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<LogLine>> _latest = [];
    private readonly List<(string? Resource, Channel<LogLine> Channel)> _subscribers = [];

    public void Write(LogLine line)
    {
        lock (_lock)
        {
            if (!_latest.TryGetValue(line.Resource, out var latest))
            {
                _latest[line.Resource] = latest = new Queue<LogLine>();
            }

            latest.Enqueue(line);
            if (latest.Count > Kept)
            {
                latest.Dequeue();
            }

            foreach (var (resource, channel) in _subscribers)
            {
                if (resource is null || resource == line.Resource)
                {
                    channel.Writer.TryWrite(line);
                }
            }
        }
    }

    /// <summary>The lines kept so far and then new ones; of one resource, or of all.</summary>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        string? resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<LogLine>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            foreach (var line in _latest.Where(lines => resource is null || lines.Key == resource).SelectMany(lines => lines.Value))
            {
                channel.Writer.TryWrite(line);
            }

            _subscribers.Add((resource, channel));
        }

        try
        {
            await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return line;
            }
        }
        finally
        {
            lock (_lock)
            {
                _subscribers.Remove((resource, channel));
            }
        }
    }
}
