namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>What the programs measured in the last minutes.</summary>
internal sealed class MetricStore(TimeProvider time, int mostSeries = MetricStore.MostSeries)
{
    /// <summary>Seconds that are kept, and points of each series.</summary>
    public const int Window = 300;

    /// <summary>
    /// Series of all programs together: an attribute with a value of its own for each request makes a series each time.
    /// Beyond it, what is not reported any more makes place, else the new series is not kept.
    /// </summary>
    public const int MostSeries = 2_000;

    /// <summary>Seconds after which a series that was reported every second is not reported any more.</summary>
    private const int Silence = 15;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Series> _series = [];
    private long _refused;

    /// <summary>Seconds since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Points that found no place.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Add(IEnumerable<Measurement> measurements)
    {
        var now = Now;
        lock (_lock)
        {
            foreach (var measurement in measurements)
            {
                if (FindOrAdd(measurement, now) is { } series)
                {
                    series.Add(measurement, now);
                }
                else
                {
                    _refused++;
                }
            }
        }
    }

    /// <summary>Reads some series, of which none changes meanwhile.</summary>
    public T Read<T>(Func<IReadOnlyCollection<Series>, T> read)
    {
        lock (_lock)
        {
            return read(_series.Values);
        }
    }

    private Series? FindOrAdd(Measurement measurement, long now)
    {
        var key = KeyOf(measurement);
        if (_series.TryGetValue(key, out var series))
        {
            return series;
        }

        if (_series.Count >= mostSeries)
        {
            var (oldestKey, oldest) = _series.MinBy(entry => entry.Value.LastReport);
            if (oldest.LastReport > now - Silence)
            {
                return null;
            }

            _series.Remove(oldestKey);
        }

        _series[key] = series = new Series(measurement.Resource, measurement.Instrument, measurement.Attributes);
        return series;
    }

    private static string KeyOf(Measurement measurement) => string.Join(
        '\u001f',
        [
            measurement.Resource,
            measurement.Instrument.Name,
            .. measurement.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                .Select(attribute => $"{attribute.Key}\u001e{attribute.Value}"),
        ]);
}
