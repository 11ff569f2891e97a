using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>Server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal sealed class EventStream(HttpResponse response)
{
    public static EventStream Open(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        return new(context.Response);
    }

    /// <summary>Writes an event; it is on its way at the next <see cref="FlushAsync"/>.</summary>
    /// <param name="name">Its type.</param>
    /// <param name="value">Its data, as JSON.</param>
    /// <param name="id">What a browser that lost the connection says it had last.</param>
    public void Write(string name, object value, long? id = null)
    {
        var head = id is null ? $"event: {name}\ndata: " : string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {id}\ndata: ");
        response.BodyWriter.Write(Encoding.UTF8.GetBytes(head));
        // JSON has no line breaks outside strings, and none within.
        response.BodyWriter.Write(JsonSerializer.SerializeToUtf8Bytes(value, DashboardJson.Options));
        response.BodyWriter.Write("\n\n"u8);
    }

    public async Task FlushAsync(CancellationToken cancellationToken) => await response.BodyWriter.FlushAsync(cancellationToken);
}
