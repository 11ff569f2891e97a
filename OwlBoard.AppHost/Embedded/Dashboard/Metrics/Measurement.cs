namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>A point as a program reported it.</summary>
internal sealed record Measurement(string Resource, Instrument Instrument, IReadOnlyList<KeyValuePair<string, string>> Attributes)
{
    /// <summary>Whether it covers the time since <see cref="Start"/> rather than since the last one.</summary>
    public bool IsCumulative { get; init; }

    /// <summary>Nanoseconds since 1970; a program that was started again counts from a new start.</summary>
    public ulong Start { get; init; }

    /// <summary>The value; of a histogram, the sum.</summary>
    public double Value { get; init; }

    /// <summary>Of a histogram, how many values there are.</summary>
    public ulong Count { get; init; }

    /// <summary>Of a histogram, the upper bounds of all buckets but the last.</summary>
    public IReadOnlyList<double> Bounds { get; init; } = [];

    /// <summary>Of a histogram, how many values are in each bucket.</summary>
    public IReadOnlyList<ulong> Buckets { get; init; } = [];
}
