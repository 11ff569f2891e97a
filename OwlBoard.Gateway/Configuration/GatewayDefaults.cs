using Microsoft.Extensions.Options;

namespace OwlBoard.Gateway.Configuration;

/// <summary>
/// Sets the defaults that depend on the environment. Configured arrays append to those of an options class, so the default
/// origins are added only if none is configured.
/// </summary>
internal sealed class GatewayDefaults(IConfiguration configuration) : IConfigureOptions<GatewayOptions>
{
    public void Configure(GatewayOptions options)
    {
        options.Name = configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : "api-gateway";
        if (!configuration.GetSection($"{GatewayOptions.Section}:{nameof(GatewayOptions.AllowedOrigins)}").Exists())
        {
            options.AllowedOrigins.Add("http://localhost:3002");
            options.AllowedOrigins.Add("http://localhost:3001");
        }
    }
}
