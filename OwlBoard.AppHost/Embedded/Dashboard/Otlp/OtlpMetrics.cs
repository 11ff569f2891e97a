using OwlBoard.AppHost.Embedded.Dashboard.Metrics;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>
/// Reads an <c>ExportMetricsServiceRequest</c>; field numbers are those of opentelemetry-proto 1.x. Gauges, sums and
/// histograms with explicit buckets: .NET's exporter sends nothing else unless it is told to.
/// </summary>
internal static class OtlpMetrics
{
    private const ulong Cumulative = 2;

    /// <exception cref="InvalidDataException">It is not such a message.</exception>
    public static List<Measurement> Read(ReadOnlySpan<byte> body) => new OtlpRequest<Measurement>
    {
        ReadRecord = ReadMetric,
        WithResource = (measurement, name) => measurement with { Resource = name },
        WithScope = (measurement, _) => measurement,
    }.Read(body);

    private static void ReadMetric(ProtoReader message, List<Measurement> measurements)
    {
        string name = string.Empty, description = string.Empty, unit = string.Empty;
        var kind = InstrumentKind.Value;
        var points = new List<Measurement>();
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    name = message.ReadString(OtlpAttributes.LongestName);
                    break;
                case 2:
                    description = message.ReadString(OtlpAttributes.LongestName);
                    break;
                case 3:
                    unit = message.ReadString(OtlpAttributes.LongestName);
                    break;
                case 5 or 7 or 9:
                    kind = ReadData(message.ReadMessage(), field, points);
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (name.Length == 0)
        {
            throw new InvalidDataException("A metric has no name.");
        }

        var instrument = new Instrument(name, unit, description, kind);
        measurements.AddRange(points.Select(point => point with { Instrument = instrument }));
    }

    /// <summary>A message <c>Gauge</c> (5), <c>Sum</c> (7) or <c>Histogram</c> (9).</summary>
    private static InstrumentKind ReadData(ProtoReader message, int type, List<Measurement> points)
    {
        var first = points.Count;
        var isCumulative = false;
        var isMonotonic = false;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    points.Add(ReadPoint(message.ReadMessage(), isHistogram: type == 9));
                    break;
                case 2:
                    isCumulative = message.ReadVarint() == Cumulative;
                    break;
                case 3:
                    isMonotonic = message.ReadVarint() != 0;
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        for (var i = first; i < points.Count; i++)
        {
            points[i] = points[i] with { IsCumulative = isCumulative };
        }

        return type == 9 ? InstrumentKind.Histogram : isMonotonic ? InstrumentKind.Counter : InstrumentKind.Value;
    }

    /// <summary>A message <c>NumberDataPoint</c> or <c>HistogramDataPoint</c>.</summary>
    private static Measurement ReadPoint(ProtoReader message, bool isHistogram)
    {
        var attributes = new List<KeyValuePair<string, string>>();
        var bounds = new List<ulong>();
        var buckets = new List<ulong>();
        ulong start = 0, count = 0;
        double value = 0;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 2:
                    start = message.ReadFixed64();
                    break;
                case 4 when isHistogram:
                    count = message.ReadFixed64();
                    break;
                case 4:
                    value = message.ReadDouble();
                    break;
                case 5 when isHistogram:
                    value = message.ReadDouble();
                    break;
                case 6 when isHistogram:
                    message.ReadRepeatedFixed64(buckets);
                    break;
                case 6:
                    value = (long)message.ReadFixed64();
                    break;
                case 7 when isHistogram:
                    message.ReadRepeatedFixed64(bounds);
                    break;
                case 7:
                    OtlpAttributes.Read(message.ReadMessage(), attributes);
                    break;
                case 9 when isHistogram:
                    OtlpAttributes.Read(message.ReadMessage(), attributes);
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return new Measurement(string.Empty, null!, attributes)
        {
            Start = start,
            Value = double.IsFinite(value) ? value : 0,
            Count = count,
            Bounds = [.. bounds.Select(BitConverter.UInt64BitsToDouble)],
            Buckets = buckets,
        };
    }
}
