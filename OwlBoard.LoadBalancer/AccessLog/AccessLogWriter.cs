using System.Buffers;
using System.Threading.Channels;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Takes entries from requests without ever making them wait, and writes them in batches on a thread of its own. When
/// the sink does not keep up or fails, entries are dropped, counted, and the loss is said in the log once it is over.
/// Format and path are those in force when a batch is written.
/// </summary>
internal sealed partial class AccessLogWriter : BackgroundService
{
    /// <summary>
    /// So long lines gather before they are written: without it each request would wake the writer, at the price of half a
    /// dozen system calls and a change of threads. nginx calls this <c>flush</c>.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A batch ends here; one line may exceed it.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly Channel<AccessLogEntry> _entries;
    private readonly LiveOptions _options;
    private readonly LoadBalancerMetrics _metrics;
    private readonly ILogger<AccessLogWriter> _logger;
    private readonly Func<AccessLogOptions, Stream> _openSink;
    private readonly ArrayBufferWriter<byte> _batch = new();
    private readonly ManualResetEventSlim _stopping = new();
    private AccessLogSink? _sink;
    private bool _failing;
    private long _dropped;
    private long _droppedReported;

    public AccessLogWriter(LiveOptions options, LoadBalancerMetrics metrics, ILogger<AccessLogWriter> logger)
        : this(options, metrics, logger, AccessLogSink.Open)
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
            Drop(1);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The reader ends when it has written what is there.
        _entries.Writer.TryComplete();
        _stopping.Set();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        // A thread that is stuck in the sink keeps it; the process is about to end.
        if (ExecuteTask is null or { IsCompleted: true })
        {
            _sink?.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Writing to a pipe that nobody reads blocks: not on a thread that requests need.
        await Task.Factory.StartNew(WriteEntries, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void WriteEntries()
    {
        while (_entries.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var settings = _options.Current.AccessLog;
            var count = FillBatch(settings.Format == "json");
            try
            {
                if (_sink?.IsCurrent(settings) != true)
                {
                    CloseSink();
                    _sink = new AccessLogSink(_openSink(settings), settings.Path);
                }

                _sink.Write(_batch.WrittenSpan);
                _failing = false;
                ReportDropped();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                CloseSink();
                Drop(count);
                if (!_failing)
                {
                    _failing = true;
                    LogSinkFailed(AccessLogSink.NameOf(settings), failure.Message);
                }
            }

            // What is still there is as much as a batch: no reason to wait.
            if (_batch.WrittenCount < BatchBytes)
            {
                _stopping.Wait(Pause);
            }

            _batch.ResetWrittenCount();
        }

        CloseSink();
    }

    private int FillBatch(bool json)
    {
        var count = 0;
        while (_batch.WrittenCount < BatchBytes && _entries.Reader.TryRead(out var entry))
        {
            count++;
            if (json)
            {
                AccessLogFormat.WriteJson(entry, _batch);
            }
            else
            {
                AccessLogFormat.WriteText(entry, _batch);
            }
        }

        return count;
    }

    private void CloseSink()
    {
        _sink?.Dispose();
        _sink = null;
    }

    private void Drop(int count)
    {
        Interlocked.Add(ref _dropped, count);
        _metrics.AccessLogLinesDropped(count);
    }

    private void ReportDropped()
    {
        var dropped = Dropped;
        if (dropped > _droppedReported)
        {
            LogDropped(dropped - _droppedReported);
            _droppedReported = dropped;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} access log lines were dropped: the sink did not keep up or failed")]
    private partial void LogDropped(long count);

    [LoggerMessage(2, LogLevel.Error, "The access log cannot be written to {Sink}; lines are dropped until it can: {Reason}")]
    private partial void LogSinkFailed(string sink, string reason);
}
