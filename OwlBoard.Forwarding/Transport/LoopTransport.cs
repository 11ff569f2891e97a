using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Kestrel's transport for TCP, with connections in <see cref="SocketLoops"/>. Other endpoints use Kestrel's transports.</summary>
internal sealed class LoopTransport(
    SocketLoops loops,
    IOptions<SocketTransportOptions> options,
    IMemoryPoolFactory<byte> memory,
    ClientLimits limits,
    TimeProvider time,
    ILogger<LoopTransport> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly MemoryPool<byte> _memory = memory.Create();

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var socket = options.Value.CreateBoundListenSocket(endpoint);
            socket.Listen(options.Value.Backlog);
            return new ValueTask<IConnectionListener>(new LoopListener(loops, socket, _memory, limits, time, logger));
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(failure.Message, failure);
        }
    }
}
