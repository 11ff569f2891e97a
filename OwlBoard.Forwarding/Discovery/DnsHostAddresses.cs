using System.Net;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>The system's resolver: hosts file and DNS.</summary>
internal sealed class DnsHostAddresses : IHostAddresses
{
    public Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);
}
