using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Configuration;

namespace OwlBoard.Gateway.Cors;

/// <summary>The CORS policy for browsers on other origins.</summary>
internal sealed class GatewayCorsPolicy(IOptions<GatewayOptions> gateway) : IConfigureOptions<CorsOptions>
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    private static readonly string[] Headers =
    [
        "Authorization", "Content-Type", "Accept", "Origin", "User-Agent", "DNT", "Cache-Control", "Keep-Alive",
        "X-Requested-With", "If-Modified-Since",
    ];

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1_728_000);

    public void Configure(CorsOptions options) => options.AddDefaultPolicy(policy =>
    {
        policy.WithOrigins([.. gateway.Value.AllowedOrigins])
            .WithMethods(Methods)
            .WithHeaders(Headers)
            .SetPreflightMaxAge(MaxAge);
        if (gateway.Value.AllowCredentials)
        {
            policy.AllowCredentials();
        }
    });
}
