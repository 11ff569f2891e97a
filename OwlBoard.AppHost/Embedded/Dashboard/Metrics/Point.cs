namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>What happened since the point before.</summary>
/// <param name="Second">When it arrived, in seconds since 1970.</param>
/// <param name="Value">The value; of a counter, the growth; of a histogram, the sum of the new values.</param>
/// <param name="Count">Of a histogram, how many values are new.</param>
/// <param name="Buckets">Of a histogram, how many are new in each bucket.</param>
internal readonly record struct Point(long Second, double Value, long Count = 0, long[]? Buckets = null);
