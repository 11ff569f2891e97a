using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.Gateway.Cors;

/// <summary>Writes the CORS header lists with a space after each comma, as the contract requires.</summary>
internal sealed class GatewayCorsService(IOptions<CorsOptions> options, ILoggerFactory logging) : CorsService(options, logging)
{
    public override void ApplyResult(CorsResult result, HttpResponse response)
    {
        // GatewayHeadersMiddleware adds Vary: Origin to every response, not only to those with an Origin.
        result.VaryByOrigin = false;
        base.ApplyResult(result, response);
        response.Headers.AccessControlAllowMethods = Spell(response.Headers.AccessControlAllowMethods);
        response.Headers.AccessControlAllowHeaders = Spell(response.Headers.AccessControlAllowHeaders);
    }

    private static StringValues Spell(StringValues list) =>
        StringValues.IsNullOrEmpty(list) ? list : list.ToString().Replace(",", ", ", StringComparison.Ordinal);
}
