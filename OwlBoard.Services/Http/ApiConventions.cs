using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace OwlBoard.Services.Http;

/// <summary>What the APIs have in common: snake_case JSON, errors as <c>{"detail": …}</c>, limits.</summary>
internal static class ApiConventions
{
    /// <summary>JSON as it goes over the wire, in HTTP bodies and in WebSocket messages.</summary>
    public static readonly JsonSerializerOptions Json = Configure(new(JsonSerializerDefaults.Web));

    public static void AddApiConventions(this WebApplicationBuilder builder, long maxBodyBytes)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            // Values are opaque bytes (RFC 9110 section 5.5). By default, one that is no UTF-8 is refused: a cookie of another
            // application on the same host, for instance.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        // Without it the framework answers a bad parameter with an empty body outside of development.
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
        // A number in quotes is a wrong type, not a number.
        json.NumberHandling = JsonNumberHandling.Strict;
        json.MaxDepth = 32;
        return json;
    }
}
