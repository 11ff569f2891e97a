using System.Net;

namespace OwlBoard.Services.Http;

/// <summary>
/// The client that limits count: an IPv4 address, or an IPv6 /64, the least that a provider gives one customer.
/// </summary>
/// <remarks>
/// The load balancer sets <c>X-Real-IP</c> on every request, whatever the client wrote there, and gateways pass it on. A service
/// trusts the peer for it, as gateways do: the peer is a gateway, by its certificate or because nothing else shares the network.
/// Without the field the peer is the client.
/// </remarks>
internal readonly record struct ClientNetwork(string Value)
{
    public const string RealIp = "X-Real-IP";

    private const int NetworkBytes = 8;

    /// <summary>Binds the parameter of an endpoint.</summary>
    public static ValueTask<ClientNetwork> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));

    /// <summary>Returns the client of a request.</summary>
    public static ClientNetwork Of(HttpContext context)
    {
        var address = IPAddress.TryParse(context.Request.Headers[RealIp], out var real) ? real : context.Connection.RemoteIpAddress;
        return Of(address ?? IPAddress.None);
    }

    /// <summary>Returns the client that an address belongs to.</summary>
    public static ClientNetwork Of(IPAddress address)
    {
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        if (bytes.Length > NetworkBytes)
        {
            bytes.AsSpan(NetworkBytes).Clear();
        }

        return new(new IPAddress(bytes).ToString());
    }

    public override string ToString() => Value;
}
