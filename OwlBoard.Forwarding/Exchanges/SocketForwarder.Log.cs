using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

internal sealed partial class SocketForwarder
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} {Path} to {Upstream} failed ({Error}): {Reason}")]
    private partial void LogFailed(string method, string path, string upstream, ForwarderError error, string? reason);

    [LoggerMessage(2, LogLevel.Debug, "{Method} {Path} to {Upstream} ended ({Error}): {Reason}")]
    private partial void LogEnded(string method, string path, string upstream, ForwarderError error, string? reason);
}
