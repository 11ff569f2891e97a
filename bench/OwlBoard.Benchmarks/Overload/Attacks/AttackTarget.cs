using System.Net;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The proxy that is attacked.</summary>
/// <param name="Port">Its plain listener on 127.0.0.1.</param>
/// <param name="TlsPort">Its listener over TLS; 0 if it has none.</param>
internal sealed record AttackTarget(int Port, int TlsPort)
{
    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, Port);

    public IPEndPoint TlsEndPoint { get; } = new(IPAddress.Loopback, TlsPort);

    /// <summary>Returns one of the attackers' addresses, 127.0.1.1 being the first.</summary>
    public static IPAddress Attacker(int index) => new([127, 0, 1, (byte)(index + 1)]);
}
