using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Sockets;

internal sealed partial class SocketLoop
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An operation of a connection threw an exception; the connection is closed")]
        public static partial void OperationFailed(ILogger logger, Exception exception);
    }
}
