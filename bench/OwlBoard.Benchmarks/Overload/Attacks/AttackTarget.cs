using System.Net;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The proxy that is attacked.</summary>
/// <param name="Port">The port of its plain listener on 127.0.0.1.</param>
/// <param name="TlsPort">The port of its TLS listener; 0 if it has none.</param>
internal sealed record AttackTarget(int Port, int TlsPort)
{
    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, Port);

    public IPEndPoint TlsEndPoint { get; } = new(IPAddress.Loopback, TlsPort);

    /// <summary>Returns an attacker's address by index; the first is 127.0.1.1.</summary>
    public static IPAddress Attacker(int index) => new([127, 0, 1, (byte)(index + 1)]);
}
