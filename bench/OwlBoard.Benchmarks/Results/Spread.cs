using System.Globalization;

namespace OwlBoard.Benchmarks.Results;

/// <summary>The median of several measurements, with their range or its confidence interval.</summary>
internal readonly record struct Spread(double Least, double Median, double Greatest)
{
    /// <summary>The minimum number of values: the range of fewer contains the true median in less than 95 % of all cases.</summary>
    private const int FewestForInterval = 6;

    /// <summary>Returns the median with the minimum and the maximum.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? new Spread(double.NaN, double.NaN, double.NaN) : new Spread(sorted[0], MedianOf(sorted), sorted[^1]);
    }

    /// <summary>
    /// Returns the median with its 95 % confidence interval, or the median alone if there are too few values. The interval
    /// needs no assumption about the distribution: the number of values below the true median is binomially distributed.
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

    /// <summary>Formats the value as <c>31.2 (30.9–33.0)</c>, without the parentheses if there is only one value.</summary>
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
