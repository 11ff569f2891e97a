using System.Net.Sockets;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>Distinguishes a connection that failed for lack of local sockets from one that the upstream refused.</summary>
internal static class SocketShortage
{
    /// <summary>Determines whether the failure was caused by a lack of file descriptors or of memory for a socket.</summary>
    public static bool Caused(Exception? failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable } => true,
        { InnerException: { } inner } => Caused(inner),
        _ => false,
    };
}
