using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>Options of the management port. Keys of the section <c>LoadBalancer</c> itself.</summary>
internal sealed class ManagementOptions
{
    /// <summary>
    /// The port of the status page, <c>/metrics</c>, the detailed status and the drain endpoints; never published.
    /// Default 9100; 0 selects a free port.
    /// </summary>
    [Range(0, 65535)]
    public int ManagementPort { get; set; } = 9100;

    /// <summary>The address that the management port binds to. Default <c>localhost</c>; <c>*</c> for all addresses.</summary>
    [Required]
    public string ManagementAddress { get; set; } = "localhost";

    /// <summary>
    /// The host names and IP addresses, without port, that are accepted in the <c>Host</c> field on the management port, besides
    /// loopback names and the local address of the connection. Any other host is refused with 403: by DNS rebinding, a web
    /// page could otherwise reach the port through an operator's browser. Default: none.
    /// </summary>
    public IList<string> ManagementHosts { get; } = [];

    /// <summary>
    /// The secret that <c>POST /gateways/…</c> on the management port requires as <c>Authorization: Bearer</c>, at least
    /// 16 characters. Default: none; the drain endpoints are disabled.
    /// </summary>
    [MinLength(16)]
    public string? ManagementToken { get; set; }
}
