using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Dashboard.Metrics;
using OwlBoard.AppHost.Embedded.Dashboard.Records;
using OwlBoard.AppHost.Embedded.Dashboard.Traces;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>
/// OTLP over HTTP with protobuf bodies (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"). A body is read to its end before
/// anything of it is kept: one that is malformed changes nothing.
/// </summary>
internal static class OtlpEndpoints
{
    public const string Prefix = "/v1";

    /// <summary>Bytes of a body, compressed and not. A batch of .NET's exporter, 512 spans, has about 500 KB.</summary>
    public const int LongestBody = 4 * 1024 * 1024;

    private const string Protobuf = "application/x-protobuf";

    public static void MapOtlp(
        this IEndpointRouteBuilder endpoints, TraceStore traces, MetricStore metrics, LogRecordStore records)
    {
        endpoints.MapPost($"{Prefix}/traces", context => ReceiveAsync(context, body => traces.Add(OtlpTraces.Read(body))));
        endpoints.MapPost($"{Prefix}/metrics", context => ReceiveAsync(context, body => metrics.Add(OtlpMetrics.Read(body))));
        endpoints.MapPost($"{Prefix}/logs", context => ReceiveAsync(context, body => records.Add(OtlpLogs.Read(body))));
    }

    private static async Task ReceiveAsync(HttpContext context, Action<byte[]> store)
    {
        if (context.Request.ContentType?.Split(';')[0].Trim() != Protobuf)
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, $"The body must be {Protobuf}.");
            return;
        }

        try
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LongestBody;
            var encoding = context.Request.Headers.ContentEncoding.ToString();
            await using Stream? content = encoding switch
            {
                "" or "identity" => context.Request.Body,
                "gzip" => new GZipStream(context.Request.Body, CompressionMode.Decompress),
                _ => null,
            };
            if (content is null)
            {
                await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "The body may be compressed with gzip only.");
                return;
            }

            if (await ReadAsync(content, context.RequestAborted) is not { } body)
            {
                await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body is longer than {LongestBody} bytes.");
                return;
            }

            store(body);
            // An empty message: everything was accepted.
            context.Response.ContentType = Protobuf;
        }
        catch (InvalidDataException malformed)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, malformed.Message);
        }
        catch (BadHttpRequestException bad)
        {
            await RefuseAsync(context, bad.StatusCode, bad.Message);
        }
    }

    /// <summary>Reads to the end, or gives up: a small compressed body can be a very long one.</summary>
    private static async Task<byte[]?> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (body.Length + read > LongestBody)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why);
    }
}
