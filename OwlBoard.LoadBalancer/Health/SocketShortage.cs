using System.Net.Sockets;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>Tells a connection that this machine had no means to open from one that the other end did not take.</summary>
internal static class SocketShortage
{
    /// <summary>Whether there was no file descriptor or no memory left for a socket.</summary>
    public static bool Caused(Exception? failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable } => true,
        { InnerException: { } inner } => Caused(inner),
        _ => false,
    };
}
