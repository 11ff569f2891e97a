using System.Globalization;

namespace OwlBoard.Benchmarks.Results;

/// <summary>Several measurements of the same: their median, and how far they are apart.</summary>
internal readonly record struct Spread(double Least, double Median, double Greatest)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return sorted.Length == 0 ? new Spread(median, median, median) : new Spread(sorted[0], median, sorted[^1]);
    }

    /// <summary>As <c>31.2 (30.9–33.0)</c>; without the brackets where there is one value only.</summary>
    public string ToString(string format)
    {
        var text = Median.ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(Median) || Least == Greatest
            ? text
            : $"{text} ({Least.ToString(format, CultureInfo.InvariantCulture)}–{Greatest.ToString(format, CultureInfo.InvariantCulture)})";
    }
}
