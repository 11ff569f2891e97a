namespace OwlBoard.AppHost.Embedded.Dashboard.Records;

/// <summary>The latest records of all programs; the oldest are dropped.</summary>
internal sealed class LogRecordStore(int most = LogRecordStore.Most)
{
    public const int Most = 5_000;

    private readonly Lock _lock = new();
    private readonly Queue<LogRecord> _records = new();
    private long _added;

    public void Add(IEnumerable<LogRecord> records)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                _records.Enqueue(record with { Number = ++_added });
                if (_records.Count > most)
                {
                    _records.Dequeue();
                }
            }
        }
    }

    /// <summary>The records that match, newest first.</summary>
    public IReadOnlyList<LogRecord> Find(LogRecordQuery query, int count)
    {
        lock (_lock)
        {
            return [.. _records.Reverse().Where(query.Matches).Take(count)];
        }
    }
}
