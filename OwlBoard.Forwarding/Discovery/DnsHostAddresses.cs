using System.Net;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>The system's resolver: hosts file and DNS.</summary>
internal sealed class DnsHostAddresses : IHostAddresses
{
    public static readonly DnsHostAddresses Instance = new();

    /// <remarks>
    /// A look-up that has begun is not cancelled by its token, and goes on for 10 s where the name server is silent: it is
    /// not waited for.
    /// </remarks>
    public Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken);
}
