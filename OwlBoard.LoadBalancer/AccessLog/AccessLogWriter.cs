using System.Buffers;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Makes lines of requests without ever letting them wait, and writes them in batches on a thread of its own. When the
/// sink does not keep up or fails, lines are dropped, counted, and the loss is said in the log once it is over. A line is
/// made at once, while what it says is still in the processor's caches.
/// </summary>
internal sealed partial class AccessLogWriter : BackgroundService
{
    /// <summary>
    /// After a batch, lines gather for so long, or until they are <see cref="ManyBytes"/> or half of what may wait: to write
    /// each by itself costs as much as its request, in system calls and changes of threads. nginx calls this <c>flush</c> and
    /// <c>buffer</c>.
    /// </summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// So many that the thread that writes them seldom takes the processor from requests. Side by side, a request took 4 %
    /// more of it with 32 KB than with 256, 1 % more with 256 than with this, and no less with 1 MB.
    /// </summary>
    private const int ManyBytes = 512 * 1024;

    /// <summary>A buffer that a burst has made larger than this is not kept.</summary>
    private const int MaxKeptBytes = 4 * 1024 * 1024;

    /// <summary>The line that is being made, so that no request waits for another one's.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _line;

    private readonly IOptionsMonitor<AccessLogOptions> _options;
    private readonly LoadBalancerMetrics _metrics;
    private readonly ILogger<AccessLogWriter> _logger;
    private readonly AccessLogExporter? _exporter;
    private readonly Func<AccessLogOptions, Stream> _openSink;
    private readonly TimeSpan _pause;
    private readonly int _capacity;

    /// <summary>Guards the lines that wait, and is pulsed when there are as many as the writer waits for.</summary>
    private readonly object _gate = new();
    private ArrayBufferWriter<byte> _waiting = new();
    private ArrayBufferWriter<byte> _batch = new();
    private int _waitingLines;

    /// <summary>How many bytes the writer waits for; <see langword="null"/> while it does not wait.</summary>
    private int? _wanted;
    private bool _isStopping;
    private AccessLogSink? _sink;
    private bool _failing;
    private long _dropped;
    private long _droppedReported;

    public AccessLogWriter(
        IOptionsMonitor<AccessLogOptions> options, LoadBalancerMetrics metrics, ILogger<AccessLogWriter> logger, AccessLogExporter? exporter = null)
        : this(options, metrics, logger, AccessLogSink.Open)
    {
        _exporter = exporter;
    }

    internal AccessLogWriter(
        IOptionsMonitor<AccessLogOptions> options,
        LoadBalancerMetrics metrics,
        ILogger<AccessLogWriter> logger,
        Func<AccessLogOptions, Stream> openSink,
        TimeSpan? pause = null)
    {
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _openSink = openSink;
        _pause = pause ?? DefaultPause;
        _capacity = options.CurrentValue.Capacity;
    }

    /// <summary>How many lines were dropped since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Makes a line and hands it over; never waits for the sink.</summary>
    public void Write(in AccessLogEntry entry)
    {
        _exporter?.Export(entry);
        var line = _line ??= new ArrayBufferWriter<byte>();
        line.ResetWrittenCount();
        if (_options.CurrentValue.Format == "json")
        {
            AccessLogFormat.WriteJson(entry, line);
        }
        else
        {
            AccessLogFormat.WriteText(entry, line);
        }

        if (!TryAdd(line.WrittenSpan))
        {
            Drop(1);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The writer ends when it has written what is there.
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

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
        await Task.Factory.StartNew(WriteLines, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private bool TryAdd(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_waitingLines == _capacity || _isStopping)
            {
                return false;
            }

            _waiting.Write(line);
            _waitingLines++;
            if (_wanted is { } bytes && IsEnough(bytes))
            {
                _wanted = null;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    private void WriteLines()
    {
        while (TakeBatch() is > 0 and var count)
        {
            var settings = _options.CurrentValue;
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
            // Whatever the sink throws: the writer must outlive it, or the program would end for its access log.
            catch (Exception failure)
            {
                CloseSink();
                Drop(count);
                if (!_failing)
                {
                    _failing = true;
                    LogSinkFailed(AccessLogSink.NameOf(settings), failure.Message);
                }
            }

            WaitFor(ManyBytes, _pause);
        }

        CloseSink();
    }

    /// <summary>Waits for lines, and makes those that are there the batch.</summary>
    /// <returns>How many; 0 at the end.</returns>
    private int TakeBatch()
    {
        if (_batch.Capacity > MaxKeptBytes)
        {
            _batch = new ArrayBufferWriter<byte>();
        }

        _batch.ResetWrittenCount();
        WaitFor(bytes: 1, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            (_waiting, _batch) = (_batch, _waiting);
            var count = _waitingLines;
            _waitingLines = 0;
            return count;
        }
    }

    /// <summary>Waits until so much waits to be written, or the time is over, or the end has come.</summary>
    private void WaitFor(int bytes, TimeSpan time)
    {
        lock (_gate)
        {
            _wanted = bytes;
            while (!IsEnough(bytes) && !_isStopping && Monitor.Wait(_gate, time))
            {
                // Woken.
            }

            _wanted = null;
        }
    }

    private bool IsEnough(int bytes) => _waiting.WrittenCount >= bytes || _waitingLines >= _capacity / 2;

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
