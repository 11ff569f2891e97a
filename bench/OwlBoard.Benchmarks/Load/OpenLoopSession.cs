using System.Diagnostics;

namespace OwlBoard.Benchmarks.Load;

/// <summary>The connections of <see cref="OpenLoop"/> and the thread that serves them.</summary>
internal sealed class OpenLoopSession : ILoadSession
{
    /// <summary>The time to wait for outstanding responses after the last request; then they count as errors.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The time for which requests are sent before the measurement, because other processes have evicted the peer from the
    /// processor's caches since its last turn. After 20 ms the effect is gone.
    /// </summary>
    private static readonly TimeSpan LeadIn = TimeSpan.FromMilliseconds(50);

    /// <summary>The number of connections that are opened concurrently. Opening thousands sequentially would take seconds.</summary>
    private const int OpenAtOnce = 64;

    private readonly IExchange _exchange;
    private readonly byte[] _request;
    private readonly int _perSecond;
    private readonly Connection[] _connections;
    private readonly Readiness _readiness = new();
    private readonly Queue<int> _free;
    private readonly Queue<long> _overdue = [];
    private readonly List<double> _latencies = [];
    private long _errors;
    private int _waiting;

    private OpenLoopSession(IExchange exchange, byte[] request, int perSecond, Connection[] connections)
    {
        _exchange = exchange;
        _request = request;
        _perSecond = perSecond;
        _connections = connections;
        _free = new Queue<int>(Enumerable.Range(0, connections.Length));
        foreach (var (i, connection) in connections.Index())
        {
            _readiness.Watch(connection.Descriptor, i);
        }
    }

    public static OpenLoopSession Open(
        IExchange exchange, Target target, int perSecond, int connections, CancellationToken cancellationToken)
    {
        var opened = new List<Connection>(connections);
        try
        {
            var opening = exchange.Opening(target);
            for (var i = 0; i < connections; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                opened.Add(Connection.Open(target, opening));
                if (i >= OpenAtOnce)
                {
                    opened[i - OpenAtOnce].IsOpen(exchange, target);
                }
            }

            opened.TakeLast(OpenAtOnce).ToList().ForEach(connection => connection.IsOpen(exchange, target));

            var session = new OpenLoopSession(exchange, exchange.Request(target), perSecond, [.. opened]);
            session.Run(LeadIn, ILoadSession.WarmUpRound, cancellationToken);
            return session;
        }
        catch
        {
            opened.ForEach(connection => connection.Dispose());
            throw;
        }
    }

    public Task<LoadResult> RunAsync(TimeSpan duration, int round, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Run(duration, round, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        _readiness.Dispose();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private LoadResult Run(TimeSpan duration, int round, CancellationToken cancellationToken)
    {
        Readiness.WakeThisThreadInTime();
        var arrivals = PoissonArrivals.During(duration, _perSecond, round);
        _latencies.Clear();
        _latencies.EnsureCapacity(arrivals.Count);
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)((duration + Grace).TotalSeconds * Stopwatch.Frequency);
        var begun = 0;
        while (begun < arrivals.Count || _waiting > 0 || _overdue.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = Stopwatch.GetTimestamp();
            if (now > end)
            {
                break;
            }

            while (begun < arrivals.Count && DueAt(begun) <= now)
            {
                Begin(DueAt(begun++));
            }

            Receive(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), begun < arrivals.Count ? DueAt(begun) : end));
        }

        _errors += _waiting + _overdue.Count;
        _latencies.Sort();
        return new LoadResult(_latencies.Count, _errors, duration, Percentile(0.5), Percentile(0.95), Percentile(0.99), Percentile(0.999));

        long DueAt(int index) => started + arrivals[index];
    }

    private void Begin(long dueAt)
    {
        Connection connection;
        do
        {
            if (!_free.TryDequeue(out var index))
            {
                _overdue.Enqueue(dueAt);
                return;
            }

            connection = _connections[index];
        }
        while (connection.IsBroken);

        if (!connection.TrySend(_request))
        {
            Abandon(connection);
            return;
        }

        connection.DueAt = dueAt;
        connection.IsWaiting = true;
        _waiting++;
    }

    private void Receive(TimeSpan timeout)
    {
        var count = _readiness.Wait(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            var index = _readiness[i];
            var connection = _connections[index];
            var reply = connection.Receive(_exchange);
            if (reply == Reply.Broken)
            {
                Abandon(connection);
            }
            else if (reply == Reply.Complete && connection.IsWaiting)
            {
                _latencies.Add(Stopwatch.GetElapsedTime(connection.DueAt).TotalMilliseconds);
                connection.IsWaiting = false;
                _waiting--;
                _free.Enqueue(index);
                if (_overdue.TryDequeue(out var dueAt))
                {
                    Begin(dueAt);
                }
            }
        }
    }

    private void Abandon(Connection connection)
    {
        if (connection.IsWaiting)
        {
            connection.IsWaiting = false;
            _waiting--;
        }

        _errors++;
        connection.Break();
    }

    private double Percentile(double share) =>
        _latencies.Count == 0 ? double.NaN : _latencies[Math.Min(_latencies.Count - 1, (int)(share * _latencies.Count))];
}
