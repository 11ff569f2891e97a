using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Writes a request head from Kestrel's parsed request; the client's raw bytes are never forwarded.</summary>
internal static class RequestHeadWriter
{
    private const string TraceParentName = "traceparent";
    private const string TraceStateName = "tracestate";

    /// <summary>Writes the request line, the fields and the empty line.</summary>
    public static void Write(ref HeadWriter writer, HttpContext context, ConnectionPool pool, SocketRequest request, RequestBody body, bool isUpgrade)
    {
        var headers = context.Request.Headers;
        writer.Write(context.Request.Method.AsSpan());
        writer.Write(" "u8);
        writer.Write(pool.PathBase.AsSpan());
        writer.Write(request.Target.PathAndQuery);
        writer.Write(" HTTP/1.1\r\nHost: "u8);
        writer.Write((request.Host is { Length: > 0 } host ? host : pool.Authority).AsSpan());
        writer.Write("\r\n"u8);

        var activity = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current : null;
        var connection = headers.Connection;
        foreach (var (name, values) in headers)
        {
            // Kestrel accepts names that are not tokens (RFC 9110 section 5.1), which other parsers may read differently.
            if (FieldSyntax.IsToken(name)
                && !HopFields.OfRequests.Contains(name)
                && !(activity is not null && IsTrace(name))
                && !request.Replaces(name)
                && !(connection.Count > 0 && IsNamed(connection, name)))
            {
                WriteField(ref writer, name, values);
            }
        }

        writer.Write(request.Lines);
        foreach (var (name, value) in request.Changes)
        {
            if (value is not null)
            {
                writer.WriteField(name, value);
            }
        }

        if (activity is not null)
        {
            WriteTrace(ref writer, activity);
        }

        if (isUpgrade)
        {
            writer.Write("Connection: Upgrade\r\nUpgrade: websocket\r\n"u8);
        }
        else if (headers.TE is { Count: > 0 } te && Trailers.AreAccepted(te))
        {
            // Trailers are forwarded to this client. The other values of TE apply only to the client's hop.
            writer.Write("Connection: TE\r\nTE: trailers\r\n"u8);
        }

        WriteFraming(ref writer, body);
        writer.Write("\r\n"u8);
    }

    private static void WriteFraming(ref HeadWriter writer, RequestBody body)
    {
        if (body.IsChunked)
        {
            writer.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (body.Length is { } length)
        {
            writer.Write("Content-Length: "u8);
            writer.WriteNumber(length);
            writer.Write("\r\n"u8);
        }

        if (body.WaitsForContinue)
        {
            writer.Write("Expect: 100-continue\r\n"u8);
        }
    }

    private static void WriteField(ref HeadWriter writer, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            writer.WriteField(name, values.ToString());
        }
        else if (name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase))
        {
            // HTTP/2 clients may split the Cookie field; HTTP/1.1 allows only one (RFC 9113 section 8.2.3).
            writer.WriteField(name, string.Join("; ", values.AsEnumerable()));
        }
        else
        {
            foreach (var value in values)
            {
                writer.WriteField(name, value);
            }
        }
    }

    private static void WriteTrace(ref HeadWriter writer, Activity activity)
    {
        writer.WriteField(TraceParentName, activity.Id);
        if (activity.TraceStateString is { Length: > 0 } state)
        {
            writer.WriteField(TraceStateName, state);
        }
    }

    private static bool IsTrace(string name) =>
        name.Length is 10 or 11
        && (name.Equals(TraceParentName, StringComparison.OrdinalIgnoreCase) || name.Equals(TraceStateName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Determines whether <c>Connection</c> names the field, which then must not be forwarded (RFC 9110 section 7.6.1).</summary>
    private static bool IsNamed(StringValues connection, string name)
    {
        foreach (var line in connection)
        {
            // The usual values name no field.
            if (line is null or "keep-alive" or "close" or "Upgrade")
            {
                continue;
            }

            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan(range).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
