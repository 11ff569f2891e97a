using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Transport;

internal sealed partial class SocketLoop
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A socket operation threw an unhandled exception; closing its connection.")]
        public static partial void OperationFailed(ILogger logger, Exception exception);
    }
}
