using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>The hash key of a request; see <see cref="ConsistentHashOptions"/>.</summary>
internal sealed class HashKey(ClientAddress client, IOptionsMonitor<BalancingOptions> options)
{
    /// <summary>
    /// Returns the hash of the configured header or cookie, or of the client's address if the request has none.
    /// </summary>
    public ulong Of(HttpContext context)
    {
        var settings = options.CurrentValue.ConsistentHash;
        var value = settings.By switch
        {
            ConsistentHashOptions.ByHeader => (string?)context.Request.Headers[settings.Name!],
            ConsistentHashOptions.ByCookie => context.Request.Cookies[settings.Name!],
            _ => null,
        };
        return string.IsNullOrEmpty(value) ? OfClient(context) : StableHash.Of(value);
    }

    /// <summary>Returns the hash of the client's address.</summary>
    public ulong OfClient(HttpContext context) => StableHash.Of(client.Of(context));
}
