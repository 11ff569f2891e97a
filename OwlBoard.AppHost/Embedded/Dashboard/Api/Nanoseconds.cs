namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>OTLP's unit of time, which JavaScript's numbers cannot hold.</summary>
internal static class Nanoseconds
{
    public static double ToMilliseconds(ulong nanoseconds) => nanoseconds / 1e6;
}
