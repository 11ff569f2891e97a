using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Accepts clients' connections for Kestrel.</summary>
internal sealed partial class LoopListener(Socket socket, MemoryPool<byte> memory, ILogger logger) : IConnectionListener
{
    /// <summary>After a connection that could not be taken, so long others may be closed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private bool _isFailing;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                var connection = Begin(accepted);
                _isFailing = false;
                return connection;
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
            {
                // It was gone before its turn came.
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                if (!_isFailing)
                {
                    _isFailing = true;
                    LogRefused(EndPoint.ToString()!, failure.Message);
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private LoopConnection Begin(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            var connection = new LoopConnection(accepted, memory);
            connection.Socket.Begin();
            return connection;
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "New connections to {EndPoint} wait until they can be taken: {Reason}")]
    private partial void LogRefused(string endPoint, string reason);
}
