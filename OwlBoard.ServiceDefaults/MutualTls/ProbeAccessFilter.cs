using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Limits the probe's certificate to <c>/health</c>, because its key is stored on every machine that probes.</summary>
internal sealed partial class ProbeAccessFilter(ILogger<ProbeAccessFilter> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
            return items is not null
                && items.TryGetValue(MutualTlsServer.ClientIdentity, out var identity)
                && identity is not ResourceNames.GatewayIdentity
                && !context.Request.Path.Equals(HealthEndpoint.Path, StringComparison.Ordinal)
                    ? RefuseAsync(context)
                    : following(context);
        });
        next(app);
    };

    private Task RefuseAsync(HttpContext context)
    {
        LogRefused(context.Connection.RemoteIpAddress?.ToString() ?? "an unknown address");
        return Results.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            detail: $"The certificate of '{ResourceNames.ProbeIdentity}' is accepted for {HealthEndpoint.Path} only.").ExecuteAsync(context);
    }

    [LoggerMessage(1, LogLevel.Warning, "Request from {Peer} refused: the certificate of the probe is accepted for /health only.")]
    private partial void LogRefused(string peer);
}
