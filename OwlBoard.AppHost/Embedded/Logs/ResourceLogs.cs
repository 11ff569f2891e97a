using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OwlBoard.AppHost.Embedded.Logs;

/// <summary>The console lines of all resources: the latest of each are kept, new ones are passed on.</summary>
internal sealed class ResourceLogs(TimeProvider time)
{
    /// <summary>Lines kept of each resource, for those who come later.</summary>
    public const int Kept = 1000;

    /// <summary>Characters kept of a line: with the number of lines it bounds the memory.</summary>
    public const int Longest = 8192;

    /// <summary>Lines that may wait for a slow reader; the oldest are dropped beyond that, so that no program is held up.</summary>
    private const int Backlog = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<LogLine>> _latest = [];
    private readonly Dictionary<string, LogLevel> _levels = [];
    private readonly List<(string? Resource, Channel<LogLine> Channel)> _subscribers = [];
    private long _written;

    public void Write(LogLine written)
    {
        lock (_lock)
        {
            if (!_latest.TryGetValue(written.Resource, out var latest))
            {
                _latest[written.Resource] = latest = new Queue<LogLine>();
            }

            var line = written with
            {
                Text = written.Text.Length <= Longest ? written.Text : $"{written.Text.AsSpan(0, Longest)} …",
                Number = ++_written,
                Time = time.GetUtcNow(),
                Level = ConsoleLevel.Of(written, _levels.GetValueOrDefault(written.Resource, LogLevel.Information)),
            };
            _levels[line.Resource] = line.Level;
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

    /// <summary>The lines kept so far and then new ones; of one resource, or of all, in the order in which they came.</summary>
    /// <param name="resource">The resource, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="after">The number of the last line that the reader knows.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        string? resource, [EnumeratorCancellation] CancellationToken cancellationToken, long after = 0)
    {
        var channel = Channel.CreateBounded<LogLine>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            foreach (var line in _latest.Where(lines => resource is null || lines.Key == resource)
                .SelectMany(lines => lines.Value)
                .Where(line => line.Number > after)
                .OrderBy(line => line.Number))
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
