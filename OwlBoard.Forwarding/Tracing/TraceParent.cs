using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>The <c>traceparent</c> of a request (W3C Trace Context), with or without a recorded span.</summary>
public static class TraceParent
{
    private const int Length = 55;
    private const int TraceIdStart = 3;
    private const int TraceIdLength = 32;
    private const int SpanIdStart = 36;
    private const int SpanIdLength = 16;
    private const int FlagsStart = 53;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Returns the value of the current span, or else the value that the request was received with.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The value; empty if <see cref="TraceParentMiddleware"/> is not used.</returns>
    public static string Of(HttpContext context) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : context.Request.Headers.TraceParent.ToString();

    /// <summary>Returns the trace id: 32 hexadecimal digits.</summary>
    /// <param name="traceParent">A valid value.</param>
    /// <returns>The id; empty if there is none.</returns>
    public static ReadOnlySpan<char> TraceIdOf(string traceParent) =>
        traceParent.Length >= Length ? traceParent.AsSpan(TraceIdStart, TraceIdLength) : [];

    /// <summary>Returns a value that indicates whether other programs would accept the value and continue the trace.</summary>
    internal static bool IsValid(string value) =>
        value.Length >= Length
        && (value.Length == Length || (value[Length] == '-' && !value.StartsWith("00", StringComparison.Ordinal)))
        && value[2] == '-' && value[SpanIdStart - 1] == '-' && value[FlagsStart - 1] == '-'
        && IsHex(value.AsSpan(0, 2)) && !value.StartsWith("ff", StringComparison.Ordinal)
        && IsHex(value.AsSpan(TraceIdStart, TraceIdLength)) && value.AsSpan(TraceIdStart, TraceIdLength).ContainsAnyExcept('0')
        && IsHex(value.AsSpan(SpanIdStart, SpanIdLength)) && value.AsSpan(SpanIdStart, SpanIdLength).ContainsAnyExcept('0')
        && IsHex(value.AsSpan(FlagsStart, 2));

    /// <summary>Creates the value of a new trace that is not recorded here.</summary>
    internal static string Create() => string.Create(Length, 0, static (value, _) =>
    {
        Span<byte> random = stackalloc byte[(TraceIdLength + SpanIdLength) / 2];
        Random.Shared.NextBytes(random);
        // An id must not be all zeros.
        random[0] |= 1;
        random[^1] |= 1;
        "00-".CopyTo(value);
        Convert.TryToHexStringLower(random[..(TraceIdLength / 2)], value[TraceIdStart..], out _);
        value[SpanIdStart - 1] = '-';
        Convert.TryToHexStringLower(random[(TraceIdLength / 2)..], value[SpanIdStart..], out _);
        "-00".CopyTo(value[(FlagsStart - 1)..]);
    });

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);
}
