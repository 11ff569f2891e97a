using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Connects to servers by name.</summary>
public static class SocketConnectExtensions
{
    /// <summary>
    /// Connects, and ends when the token says so even where the name is being looked up. <see cref="Socket"/>'s own method
    /// waits for the name server first: when a container dies, and its name with it, that is 10 s for each request that
    /// needs a connection.
    /// </summary>
    /// <param name="socket">What connects.</param>
    /// <param name="endPoint">Where to, a name or an address; of a name with several addresses, the first that takes the connection.</param>
    /// <param name="cancellationToken">Ends the attempt. The socket is of no use then.</param>
    /// <exception cref="SocketException">The name is unknown, or nobody took the connection.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async ValueTask ConnectByNameAsync(this Socket socket, DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(endPoint);
        var addresses = await DnsHostAddresses.Instance.AddressesOfAsync(endPoint, cancellationToken);
        await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
    }

    /// <summary>The addresses of a name, or the address that it is.</summary>
    internal static async ValueTask<IPAddress[]> AddressesOfAsync(
        this IHostAddresses hosts, DnsEndPoint endPoint, CancellationToken cancellationToken) =>
        IPAddress.TryParse(endPoint.Host, out var address) ? [address] : await hosts.LookUpAsync(endPoint.Host, cancellationToken);
}
