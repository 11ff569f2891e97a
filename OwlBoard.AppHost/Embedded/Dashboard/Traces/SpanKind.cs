namespace OwlBoard.AppHost.Embedded.Dashboard.Traces;

/// <summary>The part that a span plays; the numbers are those of OTLP.</summary>
internal enum SpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}
