using System.Net;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>The system's resolver: hosts file and DNS.</summary>
internal sealed class DnsHostAddresses : IHostAddresses
{
    public static readonly DnsHostAddresses Instance = new();

    /// <remarks>A lookup in progress cannot be canceled and takes 10 s if the name server does not respond, so it is abandoned.</remarks>
    public Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken);
}
