namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The forwarders that a setting chooses from.</summary>
public static class Forwarders
{
    /// <summary>Over pooled sockets: <see cref="SocketForwarder"/>.</summary>
    public const string Sockets = "sockets";

    /// <summary>YARP's own, over HttpClient.</summary>
    public const string Yarp = "yarp";
}
