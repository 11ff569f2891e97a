namespace OwlBoard.AppHost.Embedded.Dashboard.Metrics;

/// <summary>What is measured.</summary>
internal sealed record Instrument(string Name, string Unit, string Description, InstrumentKind Kind);
