using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>What a request is hashed by: see <see cref="ConsistentHashOptions"/>.</summary>
internal sealed class HashKey(ClientAddress client, LiveOptions options)
{
    /// <summary>The configured header or cookie; a request without it goes by its client's address.</summary>
    public ulong Of(HttpContext context)
    {
        var settings = options.Current.ConsistentHash;
        var value = settings.By switch
        {
            ConsistentHashOptions.ByHeader => (string?)context.Request.Headers[settings.Name!],
            ConsistentHashOptions.ByCookie => context.Request.Cookies[settings.Name!],
            _ => null,
        };
        return string.IsNullOrEmpty(value) ? OfClient(context) : StableHash.Of(value);
    }

    /// <summary>The client's address.</summary>
    public ulong OfClient(HttpContext context) => StableHash.Of(client.Of(context));
}
