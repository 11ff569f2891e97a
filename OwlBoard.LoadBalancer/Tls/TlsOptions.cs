using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// HTTPS listeners beside the plain ones. Section <c>LoadBalancer:Tls</c>. Ports apply from the start; files, password
/// and HSTS may change while the load balancer runs.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>The port of the desktop listener over HTTPS. Default 0: there is none.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>The port of the mobile listener over HTTPS. Default 0: there is none.</summary>
    [Range(0, 65535)]
    public int MobilePort { get; set; }

    /// <summary>
    /// The file of the certificate: PEM, followed by intermediate certificates if there are any, or PKCS#12. Default:
    /// none; required with a port.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The file of the private key, in PEM. Default: none; the key is in <see cref="CertificatePath"/>.</summary>
    public string? KeyPath { get; set; }

    /// <summary>What opens PKCS#12 or an encrypted key. Default: none.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// For how long browsers are to use nothing but HTTPS here (<c>Strict-Transport-Security</c>, RFC 6797). Default
    /// zero: the header is not sent.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "730.00:00:00")]
    public TimeSpan HstsMaxAge { get; set; }

    /// <summary>Whether there is an HTTPS listener.</summary>
    internal bool IsOn => Port != 0 || MobilePort != 0;
}
