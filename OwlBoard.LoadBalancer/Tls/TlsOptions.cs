using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// Options of the HTTPS listeners. Section <c>LoadBalancer:Tls</c>. Ports are read at start; files, password and HSTS are
/// reloaded on change.
/// </summary>
internal sealed class TlsOptions
{
    /// <summary>The port of the desktop listener over HTTPS. Default 0: disabled.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    /// <summary>The port of the mobile listener over HTTPS. Default 0: disabled.</summary>
    [Range(0, 65535)]
    public int MobilePort { get; set; }

    /// <summary>
    /// The path of the certificate file: PEM, followed by any intermediate certificates, or PKCS#12. Default: none; required
    /// with a port.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The path of the private key file, in PEM. Default: none; the key is in <see cref="CertificatePath"/>.</summary>
    public string? KeyPath { get; set; }

    /// <summary>The password of the PKCS#12 file or the encrypted key. Default: none.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// The time for which browsers must use only HTTPS (<c>Strict-Transport-Security</c>, RFC 6797). Default zero: the
    /// header is not sent.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "730.00:00:00")]
    public TimeSpan HstsMaxAge { get; set; }

    /// <summary>A value that indicates whether an HTTPS listener is configured.</summary>
    internal bool IsOn => Port != 0 || MobilePort != 0;
}
