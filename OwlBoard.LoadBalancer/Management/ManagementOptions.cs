using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>The management port. Keys of the section <c>LoadBalancer</c> itself.</summary>
public sealed class ManagementOptions
{
    /// <summary>
    /// The port of the status page, <c>/metrics</c>, the detailed status and draining gateways; never published.
    /// Default 9100; 0 lets the system choose.
    /// </summary>
    [Range(0, 65535)]
    public int ManagementPort { get; set; } = 9100;

    /// <summary>The address that the management port binds to. Default <c>localhost</c>; <c>*</c> for all.</summary>
    [Required]
    public string ManagementAddress { get; set; } = "localhost";

    /// <summary>
    /// The host names and IP addresses, without port, that requests to the management port may have in their <c>Host</c> field
    /// besides loopback names and the address that they were sent to. Any other host is refused with 403: a web page of
    /// that name could reach the port through the browser of someone who can (DNS rebinding). Default: none.
    /// </summary>
    public IList<string> ManagementHosts { get; } = [];

    /// <summary>
    /// The secret that <c>POST /gateways/…</c> on the management port requires as <c>Authorization: Bearer</c>, at least
    /// 16 characters. Default: none, and gateways cannot be drained by hand.
    /// </summary>
    [MinLength(16)]
    public string? ManagementToken { get; set; }
}
