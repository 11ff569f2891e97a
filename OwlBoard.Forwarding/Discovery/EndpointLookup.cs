using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.ServiceDiscovery;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>
/// Looks one address up: first the providers of service discovery, then DNS for the names that they answer with.
/// </summary>
/// <remarks>
/// The providers are asked themselves, not through <see cref="ServiceEndpointResolver"/>: that one stops to refresh as
/// soon as any provider offers a change token (dotnet/extensions#7013), and the provider that reads the configuration
/// always does.
/// </remarks>
internal sealed class EndpointLookup(IEnumerable<IServiceEndpointProviderFactory> factories, IHostAddresses hosts)
{
    private readonly IServiceEndpointProviderFactory[] _factories = [.. factories];

    /// <summary>Whether an address means what it says, so that there is nothing to look up.</summary>
    public static bool IsConcrete(Uri address) => IPAddress.TryParse(address.DnsSafeHost, out _);

    /// <exception cref="SocketException">DNS does not know a name.</exception>
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
            // A port that was given and that discovery did not replace: the address says all, as for any proxy.
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
        _ => throw new NotSupportedException($"Service discovery found '{endpoint}', which is no HTTP address."),
    };

    private static Uri Origin(string scheme, string host, int port) =>
        new UriBuilder(scheme, host, port > 0 ? port : -1).Uri;

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>One origin for each address of the host; the name itself when there is only one.</summary>
    private async Task<IReadOnlyList<Uri>> ExpandAsync(Uri origin, CancellationToken cancellationToken)
    {
        if (IsConcrete(origin) || IsLoopbackName(origin.Host))
        {
            return [origin];
        }

        var addresses = await hosts.LookUpAsync(origin.DnsSafeHost, cancellationToken);
        // A host with both families is still one host: counting it twice would double its share.
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
