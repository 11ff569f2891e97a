using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A TCP connection, in a <see cref="SocketLoop"/> where there are any.</summary>
internal abstract class TcpSocket : IDisposable
{
    /// <summary>Connects, and ends when the token says so even where the name is being looked up.</summary>
    /// <param name="loops">The loops, where there are any.</param>
    /// <param name="endPoint">Where to, a name or an address; of a name with several addresses, the first that takes the connection.</param>
    /// <param name="hosts">Looks the name up.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">The name is unknown, or nobody took the connection.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async ValueTask<TcpSocket> ConnectAsync(SocketLoops loops, DnsEndPoint endPoint, IHostAddresses hosts, CancellationToken cancellationToken)
    {
        var addresses = await hosts.AddressesOfAsync(endPoint, cancellationToken);
        if (!SocketLoops.IsSupported)
        {
            return await PlainSocket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
        }

        for (var i = 0; ; i++)
        {
            try
            {
                return await LoopSocket.ConnectAsync(loops, new IPEndPoint(addresses[i], endPoint.Port), cancellationToken);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // The name has another.
            }
        }
    }

    /// <summary>Receives what is there, or waits for it; with an empty buffer only waits. One at a time.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="SocketException">The connection broke, or this end was closed.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Waits until there is something to receive, and only then gets the memory for it. One at a time.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="SocketException">The connection broke, or this end was closed.</exception>
    public abstract ValueTask<int> ReceiveAsync(IReceiveBuffer buffer);

    /// <summary>Sends all of it. One at a time.</summary>
    /// <exception cref="SocketException">The connection broke, or this end was closed.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>
    /// Sends a buffer with what else the present batch of events sends, if this is a loop's thread: then the buffer is to stay
    /// as it is until <see cref="Sending"/> says that it is done, and whoever receives learns of an error. Otherwise at once.
    /// </summary>
    /// <exception cref="SocketException">The connection broke, or this end was closed.</exception>
    public virtual ValueTask SendInBatchAsync(ReadOnlyMemory<byte> buffer) => SendAsync(buffer);

    /// <summary>How far the last buffer of <see cref="SendInBatchAsync"/> has come.</summary>
    public virtual SendStage Sending => SendStage.Done;

    /// <summary>Takes the last buffer of <see cref="SendInBatchAsync"/> back.</summary>
    /// <returns>Whether that was in time: no byte of it was or will be sent.</returns>
    public virtual bool TryTakeBack() => false;

    /// <summary>Says that nothing more is sent, received, or both.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public abstract void Shutdown(SocketShutdown how);

    /// <summary>Closes it; whoever waits for it gets an error, on the thread pool.</summary>
    public abstract void Dispose();
}
