using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.ServiceDiscovery;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>Looks up an address with the service discovery providers, and then the resulting host names with DNS.</summary>
/// <remarks>
/// The providers are called directly rather than through <see cref="ServiceEndpointResolver"/>, which stops refreshing as
/// soon as any provider returns a change token (dotnet/extensions#7013). The configuration provider always does.
/// </remarks>
internal sealed class EndpointLookup(IEnumerable<IServiceEndpointProviderFactory> factories, IHostAddresses hosts)
{
    private readonly IServiceEndpointProviderFactory[] _factories = [.. factories];

    /// <summary>Returns a value that indicates whether an address has a literal IP address, so that no lookup is needed.</summary>
    public static bool IsConcrete(Uri address) => IPAddress.TryParse(address.DnsSafeHost, out _);

    /// <exception cref="SocketException">A name is unknown to DNS.</exception>
    public async Task<DiscoveredEndpoints> LookUpAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!ServiceEndpointQuery.TryParse(address.OriginalString, out var query))
        {
            return new([Origin(address.Scheme, address.Host, address.Port)], []);
        }

        var found = new EndpointCollector();
        foreach (var factory in _factories)
        {
            if (factory.TryCreateProvider(query, out var provider))
            {
                await using (provider)
                {
                    await provider.PopulateAsync(found, cancellationToken);
                }
            }
        }

        var scheme = query.IncludedSchemes.Count > 0 ? query.IncludedSchemes[0] : Uri.UriSchemeHttp;
        var origins = new SortedDictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var endpoint in found.Endpoints)
        {
            var origin = ToOrigin(endpoint.EndPoint, scheme);
            // The address has an explicit port, and discovery returned it unchanged: use it without a DNS lookup.
            var isAsGiven = !address.IsDefaultPort && address.Port == origin.Port && query.ServiceName == origin.Host;
            foreach (var resolved in isAsGiven ? [origin] : await ExpandAsync(origin, cancellationToken))
            {
                origins[resolved.AbsoluteUri] = resolved;
            }
        }

        return new([.. origins.Values], found.ChangeTokens);
    }

    private static Uri ToOrigin(EndPoint endpoint, string scheme) => endpoint switch
    {
        UriEndPoint uri => Origin(uri.Uri.Scheme, uri.Uri.Host, uri.Uri.Port),
        IPEndPoint ip => Origin(scheme, ip.Address.ToString(), ip.Port),
        DnsEndPoint dns => Origin(scheme, dns.Host, dns.Port),
        _ => throw new NotSupportedException($"Service discovery returned '{endpoint}'; it must be a URI, an IP address or a host name."),
    };

    private static Uri Origin(string scheme, string host, int port) =>
        new UriBuilder(scheme, host, port > 0 ? port : -1).Uri;

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns one origin per address of the host; the name itself if there is only one.</summary>
    private async Task<IReadOnlyList<Uri>> ExpandAsync(Uri origin, CancellationToken cancellationToken)
    {
        if (IsConcrete(origin) || IsLoopbackName(origin.Host))
        {
            return [origin];
        }

        var addresses = await hosts.LookUpAsync(origin.DnsSafeHost, cancellationToken);
        // A dual-stack host is a single host: counting both families would double its share.
        var family = addresses.Any(address => address.AddressFamily == AddressFamily.InterNetwork)
            ? AddressFamily.InterNetwork
            : AddressFamily.InterNetworkV6;
        var distinct = addresses.Where(address => address.AddressFamily == family).Distinct().ToArray();
        return distinct.Length switch
        {
            0 => throw new SocketException((int)SocketError.NoData),
            1 => [origin],
            _ => [.. distinct.Select(address => Origin(origin.Scheme, address.ToString(), origin.Port))],
        };
    }
}
