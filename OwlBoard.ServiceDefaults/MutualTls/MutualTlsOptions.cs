using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// Who this program is to others over TLS, and whom it believes. Section <c>MutualTls</c>. The files are those that
/// <c>certs</c> issues; they are read again when they change.
/// </summary>
public sealed class MutualTlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MutualTls";

    /// <summary>
    /// Whether a service that takes gateways only does so. Default true: it does not start without certificates.
    /// <c>false</c> lets it serve plain HTTP to anyone, for trying it by itself.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The path of the program's own certificate and its private key, together in one PEM file. Default none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The path of a PEM file with the authorities that others' certificates have to be from. Default none.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The path of the certificate and key that <c>--probe</c> presents, one PEM file. Default none.</summary>
    public string ProbeCertificate { get; set; } = "";

    /// <summary>How often the files are looked at. Default 10 s. Looked at, since mounts in containers tell no changes.</summary>
    [AllowedDuration("MutualTls:ReloadInterval", "00:00:00.1000000", "01:00:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long before a certificate expires a warning is logged, once a day. Default 14 days.</summary>
    [AllowedDuration("MutualTls:ExpiryWarning", "00:00:00", "90.00:00:00")]
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(14);

    internal bool IsConfigured => Certificate.Length > 0 || Authority.Length > 0;
}
