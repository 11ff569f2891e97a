using System.Globalization;

namespace OwlBoard.Benchmarks.Results;

/// <summary>Several measurements of the same: their median, and how far they are apart or how far it can be trusted.</summary>
internal readonly record struct Spread(double Least, double Median, double Greatest)
{
    /// <summary>With fewer not even the least and the greatest have the true median between them in 95 % of all cases.</summary>
    private const int FewestForInterval = 6;

    /// <summary>The median, the least and the greatest.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? new Spread(double.NaN, double.NaN, double.NaN) : new Spread(sorted[0], MedianOf(sorted), sorted[^1]);
    }

    /// <summary>
    /// The median and between what it is with a probability of 95 %, whatever the distribution: as many of the values are
    /// below the true one as heads among as many coins. With too few for that the median alone.
    /// </summary>
    public static Spread OfMedian(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length < FewestForInterval)
        {
            var median = MedianOf(sorted);
            return new Spread(median, median, median);
        }

        var rank = (int)((sorted.Length - (1.96 * Math.Sqrt(sorted.Length))) / 2);
        return new Spread(sorted[rank], MedianOf(sorted), sorted[^(rank + 1)]);
    }

    /// <summary>As <c>31.2 (30.9–33.0)</c>; without the brackets where there is one value only.</summary>
    public string ToString(string format)
    {
        var text = Median.ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(Median) || Least == Greatest
            ? text
            : $"{text} ({Least.ToString(format, CultureInfo.InvariantCulture)}–{Greatest.ToString(format, CultureInfo.InvariantCulture)})";
    }

    private static double MedianOf(double[] sorted)
    {
        var middle = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
