using System.Net;

namespace OwlBoard.Forwarding.Discovery;

internal static class HostAddressesExtensions
{
    /// <summary>Returns the addresses of a name, or the address itself.</summary>
    internal static async ValueTask<IPAddress[]> AddressesOfAsync(
        this IHostAddresses hosts, DnsEndPoint endPoint, CancellationToken cancellationToken) =>
        IPAddress.TryParse(endPoint.Host, out var address) ? [address] : await hosts.LookUpAsync(endPoint.Host, cancellationToken);
}
