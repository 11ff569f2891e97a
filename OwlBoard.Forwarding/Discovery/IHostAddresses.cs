using System.Net;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>Looks up the addresses of a host name.</summary>
internal interface IHostAddresses
{
    /// <exception cref="System.Net.Sockets.SocketException">The name is unknown, or no name server responded.</exception>
    public Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken);
}
