using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Connections;

/// <summary>Extension methods that connect sockets by name.</summary>
public static class SocketConnectExtensions
{
    /// <summary>
    /// Connects a socket. Cancellation also ends a pending name lookup: <see cref="Socket"/>'s own method waits for the name
    /// server first, which takes 10 s per connection when a container, and its name, is gone.
    /// </summary>
    /// <param name="socket">The socket to connect.</param>
    /// <param name="endPoint">The name or address, and the port. The addresses of a name are tried in order.</param>
    /// <param name="cancellationToken">Cancels the attempt, after which the socket cannot be used.</param>
    /// <exception cref="SocketException">The name is unknown, or no connection was accepted.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async ValueTask ConnectByNameAsync(this Socket socket, DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(endPoint);
        var addresses = await DnsHostAddresses.Instance.AddressesOfAsync(endPoint, cancellationToken);
        await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
    }
}
