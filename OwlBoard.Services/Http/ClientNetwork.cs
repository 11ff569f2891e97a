using System.Net;

namespace OwlBoard.Services.Http;

/// <summary>
/// The client to which limits apply: an IPv4 address, or an IPv6 /64, the smallest network that a provider assigns.
/// </summary>
/// <remarks>
/// The load balancer overwrites <c>X-Real-IP</c> on every request, and gateways forward it. A service trusts the field from
/// its peer, which is a gateway, as ensured by its certificate or by the private network. Without the field the peer is the
/// client.
/// </remarks>
internal readonly record struct ClientNetwork(string Value)
{
    public const string RealIp = "X-Real-IP";

    private const int NetworkBytes = 8;

    /// <summary>Binds an endpoint's parameter.</summary>
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
