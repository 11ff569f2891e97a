using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace OwlBoard.Services.Http;

/// <summary>The conventions of all APIs: snake_case JSON, errors as <c>{"detail": …}</c>, limits.</summary>
internal static class ApiConventions
{
    /// <summary>The JSON options of HTTP bodies and WebSocket messages.</summary>
    public static readonly JsonSerializerOptions Json = Configure(new(JsonSerializerDefaults.Web));

    public static void AddApiConventions(this WebApplicationBuilder builder, long maxBodyBytes)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            // Field values are opaque bytes (RFC 9110 section 5.5). By default Kestrel rejects values that are not UTF-8, such as
            // a cookie of another application on the same host.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        // Outside of development, the framework otherwise responds to an invalid parameter with an empty body.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddExceptionHandler<ApiExceptionHandler>();
    }

    public static void UseApiConventions(this WebApplication app)
    {
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(status =>
        {
            var response = status.HttpContext.Response;
            return response.WriteAsJsonAsync(new ErrorBody(ReasonPhrases.GetReasonPhrase(response.StatusCode)), Json);
        });
    }

    private static JsonSerializerOptions Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        // A quoted number has the wrong type.
        json.NumberHandling = JsonNumberHandling.Strict;
        json.MaxDepth = 32;
        return json;
    }
}
