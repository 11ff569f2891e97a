namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>The values of one or more histograms, added up.</summary>
internal sealed class Distribution
{
    private IReadOnlyList<double> _bounds = [];
    private long[] _buckets = [];

    public long Count { get; private set; }

    public void Add(IReadOnlyList<double> bounds, Point point)
    {
        Count += point.Count;
        if (point.Buckets is not { } buckets)
        {
            return;
        }

        if (_buckets.Length == 0)
        {
            _bounds = bounds;
            _buckets = new long[buckets.Length];
        }

        // Histograms of the same instrument have the same buckets; one that differs is counted only.
        if (_buckets.Length == buckets.Length && _bounds.SequenceEqual(bounds))
        {
            for (var i = 0; i < buckets.Length; i++)
            {
                _buckets[i] += buckets[i];
            }
        }
    }

    /// <summary>
    /// The value below which the given part of all values is, taking those of a bucket as spread evenly, as Prometheus'
    /// <c>histogram_quantile</c> does; <see langword="null"/> without values.
    /// </summary>
    public double? Quantile(double part)
    {
        var total = _buckets.Sum();
        if (total == 0)
        {
            return null;
        }

        var rank = part * total;
        long below = 0;
        for (var i = 0; i < _bounds.Count; i++)
        {
            if (_buckets[i] > 0 && below + _buckets[i] >= rank)
            {
                var from = i == 0 ? 0 : _bounds[i - 1];
                return from + ((_bounds[i] - from) * (rank - below) / _buckets[i]);
            }

            below += _buckets[i];
        }

        // The last bucket has no upper end.
        return _bounds[^1];
    }
}
