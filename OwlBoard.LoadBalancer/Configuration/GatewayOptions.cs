using OwlBoard.LoadBalancer.Balancing;
namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>One gateway, or one logical name that stands for several. A bare address is enough.</summary>
public sealed class GatewayOptions
{
    /// <summary>Its address: <c>http://api-gateway-1</c> through service discovery, or <c>http://10.0.0.5:8080</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>Its name in headers, logs and metrics. Default: the address's host, and its port if one is given.</summary>
    public string? Name { get; set; }

    /// <summary>Its share in relation to the others'. Default 1; from 0.001 to 1000.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>The zone it is in; see <see cref="BalancingOptions.Zone"/>. Default: none.</summary>
    public string? Zone { get; set; }

    /// <summary>The name, given or derived.</summary>
    internal string EffectiveName =>
        !string.IsNullOrWhiteSpace(Name) ? Name
        : Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? uri.IsDefaultPort ? uri.Host : uri.Authority
        : Address;
}
