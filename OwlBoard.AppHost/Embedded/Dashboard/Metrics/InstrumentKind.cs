namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>How the points of an instrument are to be read.</summary>
internal enum InstrumentKind
{
    /// <summary>A value at a moment: gauges, and sums that go up and down.</summary>
    Value,

    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A distribution.</summary>
    Histogram,
}
