using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>The forwarders that a test compares.</summary>
internal static class Forwarders
{
    /// <summary><see cref="SocketForwarder"/>.</summary>
    public const string Sockets = "sockets";

    /// <summary>YARP's own forwarder, over HttpClient.</summary>
    public const string Yarp = "yarp";
}
