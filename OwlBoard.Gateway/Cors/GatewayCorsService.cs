using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.Gateway.Cors;

/// <summary>Writes lists as the contract spells them, with a space after the comma.</summary>
internal sealed class GatewayCorsService(IOptions<CorsOptions> options, ILoggerFactory logging) : CorsService(options, logging)
{
    public override void ApplyResult(CorsResult result, HttpResponse response)
    {
        // Said on each response, not only on those with an origin: see GatewayHeadersMiddleware.
        result.VaryByOrigin = false;
        base.ApplyResult(result, response);
        response.Headers.AccessControlAllowMethods = Spell(response.Headers.AccessControlAllowMethods);
        response.Headers.AccessControlAllowHeaders = Spell(response.Headers.AccessControlAllowHeaders);
    }

    private static StringValues Spell(StringValues list) =>
        StringValues.IsNullOrEmpty(list) ? list : list.ToString().Replace(",", ", ", StringComparison.Ordinal);
}
