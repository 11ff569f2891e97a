namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>What happened during a span: an exception, for instance.</summary>
/// <param name="Time">Nanoseconds since 1970.</param>
/// <param name="Name">What it was.</param>
/// <param name="Attributes">More about it.</param>
internal sealed record SpanEvent(ulong Time, string Name, IReadOnlyList<KeyValuePair<string, string>> Attributes);
