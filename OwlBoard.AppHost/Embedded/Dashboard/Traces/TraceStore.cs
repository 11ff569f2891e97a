namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>The latest traces. Of more than fit the oldest are dropped, those without an error first.</summary>
internal sealed class TraceStore(int mostTraces = TraceStore.MostTraces, int mostSpans = TraceStore.MostSpans)
{
    public const int MostTraces = 2_000;

    /// <summary>Spans of all traces together: about 2 KB each.</summary>
    public const int MostSpans = 20_000;

    /// <summary>Spans kept of one trace; beyond that they are counted only.</summary>
    public const int MostSpansOfTrace = 1_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Trace> _traces = [];
    private readonly LinkedList<Trace> _sound = new();
    private readonly LinkedList<Trace> _failed = new();
    private int _spans;

    public void Add(IEnumerable<Span> spans)
    {
        lock (_lock)
        {
            foreach (var span in spans)
            {
                Add(span);
            }

            while (_traces.Count > mostTraces || _spans > mostSpans)
            {
                Drop();
            }
        }
    }

    /// <summary>The traces that match, newest first.</summary>
    public IReadOnlyList<TraceSummary> Find(TraceQuery query, int most)
    {
        lock (_lock)
        {
            return [.. _traces.Values
                .Select(trace => trace.Summarize())
                .Where(query.Matches)
                .OrderByDescending(summary => summary.Start)
                .Take(most)];
        }
    }

    /// <summary>The spans of a trace in no order; <see langword="null"/> if there is none, or not any more.</summary>
    public IReadOnlyList<Span>? Get(string traceId)
    {
        lock (_lock)
        {
            return _traces.TryGetValue(traceId, out var trace) ? [.. trace.Spans.Values] : null;
        }
    }

    public (int Traces, int Spans) Count
    {
        get
        {
            lock (_lock)
            {
                return (_traces.Count, _spans);
            }
        }
    }

    private void Add(Span span)
    {
        if (!_traces.TryGetValue(span.TraceId, out var trace))
        {
            _traces[span.TraceId] = trace = new Trace(span.TraceId);
            _sound.AddLast(trace.Place);
        }

        // A batch that was sent twice brings nothing new.
        if (trace.Spans.Count < MostSpansOfTrace && trace.Spans.TryAdd(span.Id, span))
        {
            _spans++;
        }

        if (span.IsError && trace.Place.List == _sound)
        {
            _sound.Remove(trace.Place);
            _failed.AddLast(trace.Place);
        }
    }

    /// <summary>Traces with an error may fill a quarter: a busy minute after it does not wipe out what one looks for.</summary>
    private void Drop()
    {
        var from = _sound.First is null || _failed.Count > mostTraces / 4 ? _failed : _sound;
        var oldest = from.First!.Value;
        from.RemoveFirst();
        _traces.Remove(oldest.Id);
        _spans -= oldest.Spans.Count;
    }
}
