using OwlBoard.LoadBalancer.Balancing;
namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>One gateway, or a logical name that resolves to several. Can be configured as a bare address.</summary>
internal sealed class GatewayDestinationOptions
{
    /// <summary>The address: <c>http://api-gateway-1</c>, resolved by service discovery, or <c>http://10.0.0.5:8080</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>The name in header fields, logs and metrics. Default: the host of the address, with any non-default port.</summary>
    public string? Name { get; set; }

    /// <summary>The relative weight, from 0.001 to 1000. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>The zone of the gateway; see <see cref="BalancingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; set; }

    /// <summary>The configured name, or the one derived from the address.</summary>
    internal string EffectiveName =>
        !string.IsNullOrWhiteSpace(Name) ? Name
        : Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? uri.IsDefaultPort ? uri.Host : uri.Authority
        : Address;
}
