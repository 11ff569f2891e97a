using System.Buffers;
using System.Text;
using System.Threading.Channels;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Takes entries from requests without ever making them wait, and writes them in batches on a thread of its own. When
/// the sink does not keep up, entries are dropped, counted, and the loss is said in the log once it is over.
/// </summary>
internal sealed partial class AccessLogWriter : BackgroundService
{
    private readonly Channel<AccessLogEntry> _entries;
    private readonly LiveOptions _options;
    private readonly LoadBalancerMetrics _metrics;
    private readonly ILogger<AccessLogWriter> _logger;
    private readonly Func<AccessLogOptions, Stream> _openSink;
    private readonly StringBuilder _text = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private long _dropped;

    public AccessLogWriter(LiveOptions options, LoadBalancerMetrics metrics, ILogger<AccessLogWriter> logger)
        : this(options, metrics, logger, OpenSink)
    {
    }

    internal AccessLogWriter(LiveOptions options, LoadBalancerMetrics metrics, ILogger<AccessLogWriter> logger, Func<AccessLogOptions, Stream> openSink)
    {
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _openSink = openSink;
        _entries = Channel.CreateBounded<AccessLogEntry>(new BoundedChannelOptions(options.Current.AccessLog.Capacity) { SingleReader = true });
    }

    /// <summary>How many entries were dropped since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Hands an entry over; never waits.</summary>
    public void Write(in AccessLogEntry entry)
    {
        if (!_entries.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _dropped);
            _metrics.AccessLogLineDropped();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The reader ends when it has written what is there.
        _entries.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Writing to a pipe that nobody reads blocks: not on a thread that requests need.
        await Task.Factory.StartNew(WriteEntries, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void WriteEntries()
    {
        var settings = _options.Current.AccessLog;
        var reported = 0L;
        try
        {
            using var sink = _openSink(settings);
            while (_entries.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                WriteBatch(sink, settings.Format == "json");
                var dropped = Dropped;
                if (dropped > reported)
                {
                    LogDropped(dropped - reported);
                    reported = dropped;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogSinkFailed(settings.Path ?? "standard output", failure.Message);
        }
    }

    private void WriteBatch(Stream sink, bool json)
    {
        const int BatchSize = 256;
        for (var i = 0; i < BatchSize && _entries.Reader.TryRead(out var entry); i++)
        {
            if (json)
            {
                AccessLogFormat.WriteJson(entry, _bytes);
            }
            else
            {
                AccessLogFormat.WriteText(entry, _text);
            }
        }

        foreach (var chunk in _text.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, _bytes);
        }

        sink.Write(_bytes.WrittenSpan);
        sink.Flush();
        _text.Clear();
        _bytes.ResetWrittenCount();
    }

    private static Stream OpenSink(AccessLogOptions options) => string.IsNullOrWhiteSpace(options.Path)
        ? Console.OpenStandardOutput()
        : new FileStream(options.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    [LoggerMessage(1, LogLevel.Warning, "{Count} access log lines were dropped: the sink did not keep up")]
    private partial void LogDropped(long count);

    [LoggerMessage(2, LogLevel.Error, "The access log cannot be written to {Sink} and is off: {Reason}")]
    private partial void LogSinkFailed(string sink, string reason);
}
