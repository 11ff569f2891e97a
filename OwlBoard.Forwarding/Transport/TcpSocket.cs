using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A TCP connection, in a <see cref="SocketLoop"/> where loops are supported.</summary>
internal abstract class TcpSocket : IDisposable
{
    /// <summary>Opens a connection. Cancellation also ends a pending name lookup.</summary>
    /// <param name="loops">The loops, where they are supported.</param>
    /// <param name="endPoint">The name or address, and the port. The addresses of a name are tried in order.</param>
    /// <param name="hosts">The resolver.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="SocketException">The name is unknown, or no connection was accepted.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
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
                // Try the next address of the name.
            }
        }
    }

    /// <summary>Receives the available data, or waits for it; with an empty buffer, only waits. Only one receive may be pending.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="SocketException">The connection failed, or this end closed it.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Waits for data, and only then gets the memory to receive it. Only one receive may be pending.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="SocketException">The connection failed, or this end closed it.</exception>
    public abstract ValueTask<int> ReceiveAsync(IReceiveBuffer buffer);

    /// <summary>Sends the whole buffer. Only one send may be pending.</summary>
    /// <exception cref="SocketException">The connection failed, or this end closed it.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>
    /// Sends a buffer in the current batch of events if this is a loop's thread, and otherwise immediately. A batched buffer
    /// must not change until <see cref="Sending"/> is <see cref="SendStage.Done"/>, and its error is reported to the receive
    /// operation.
    /// </summary>
    /// <exception cref="SocketException">The connection failed, or this end closed it.</exception>
    public virtual ValueTask SendInBatchAsync(ReadOnlyMemory<byte> buffer) => SendAsync(buffer);

    /// <summary>The send stage of the last buffer of <see cref="SendInBatchAsync"/>.</summary>
    public virtual SendStage Sending => SendStage.Done;

    /// <summary>Withdraws the last buffer of <see cref="SendInBatchAsync"/>.</summary>
    /// <returns><see langword="true"/> if no byte of it was or will be sent; otherwise, <see langword="false"/>.</returns>
    public virtual bool TryWithdraw() => false;

    /// <summary>Closes the sending side, the receiving side, or both.</summary>
    /// <exception cref="SocketException">The connection has failed.</exception>
    public abstract void Shutdown(SocketShutdown how);

    /// <summary>Closes the connection; pending operations fail on the thread pool.</summary>
    public abstract void Dispose();
}
