namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The names of the forwarders that can be configured.</summary>
public static class Forwarders
{
    /// <summary>The forwarder over pooled sockets, <see cref="SocketForwarder"/>.</summary>
    public const string Sockets = "sockets";

    /// <summary>YARP's own forwarder, based on HttpClient.</summary>
    public const string Yarp = "yarp";
}
