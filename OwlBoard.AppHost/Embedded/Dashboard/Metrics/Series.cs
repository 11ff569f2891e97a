namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>The points of one instrument of one program with one set of attributes.</summary>
internal sealed class Series(string resource, Instrument instrument, IReadOnlyList<KeyValuePair<string, string>> attributes)
{
    /// <summary>Buckets that a histogram may have; one with more is counted only.</summary>
    private const int MostBuckets = 64;

    private readonly Queue<Point> _points = new();
    private Measurement? _before;

    public string Resource { get; } = resource;

    public Instrument Instrument { get; } = instrument;

    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; } = attributes;

    /// <summary>Of a histogram, the upper bounds of all buckets but the last.</summary>
    public IReadOnlyList<double> Bounds { get; private set; } = [];

    /// <summary>When the program last reported it, whether or not it had changed.</summary>
    public long LastReport { get; private set; }

    /// <summary>Oldest first; of counters and histograms only those at which something had changed.</summary>
    public IReadOnlyCollection<Point> Points => _points;

    public string? this[string attribute] =>
        Attributes.FirstOrDefault(candidate => candidate.Key == attribute).Value;

    public void Add(Measurement measurement, long second)
    {
        LastReport = second;
        var before = measurement.IsCumulative && Continues(measurement) ? _before : null;
        _before = measurement;
        var point = Instrument.Kind switch
        {
            InstrumentKind.Value => new Point(second, measurement.Value),
            InstrumentKind.Counter => new Point(second, measurement.Value - (before?.Value ?? 0)),
            _ => Difference(measurement, before, second),
        };
        if (Instrument.Kind == InstrumentKind.Value || point.Value != 0 || point.Count != 0)
        {
            _points.Enqueue(point);
        }

        while (_points.TryPeek(out var oldest) && (_points.Count > MetricStore.Window || oldest.Second <= second - MetricStore.Window))
        {
            _points.Dequeue();
        }
    }

    /// <summary>Not so where the program was started again, and counts from 0.</summary>
    private bool Continues(Measurement now) =>
        _before is { } before
        && now.Start == before.Start
        && now.Count >= before.Count
        && (Instrument.Kind == InstrumentKind.Histogram || now.Value >= before.Value)
        && now.Buckets.Count == before.Buckets.Count;

    private Point Difference(Measurement now, Measurement? before, long second)
    {
        var count = (long)(now.Count - (before?.Count ?? 0));
        var sum = now.Value - (before?.Value ?? 0);
        if (count == 0 || now.Buckets.Count is 0 or > MostBuckets || now.Buckets.Count != now.Bounds.Count + 1)
        {
            return new(second, sum, count);
        }

        Bounds = now.Bounds;
        var buckets = new long[now.Buckets.Count];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = Math.Max(0, (long)(now.Buckets[i] - (before?.Buckets[i] ?? 0)));
        }

        return new(second, sum, count, buckets);
    }
}
