using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// The certificates that this program presents over TLS and the authorities that it trusts. Section <c>MutualTls</c>. The
/// files are those that <c>certs</c> issues; they are reloaded on change.
/// </summary>
public sealed class MutualTlsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MutualTls";

    /// <summary>
    /// A value that indicates whether a service that is for gateways only requires mutual TLS. Default true: it does not start
    /// without certificates. <c>false</c> serves plain HTTP to any client, for local experiments.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The path of the program's own certificate and its private key, together in one PEM file. Default none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The path of a PEM file with the authorities that this program trusts. Default none.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The path of the certificate and key that <c>--probe</c> presents, in one PEM file. Default none.</summary>
    public string ProbeCertificate { get; set; } = "";

    /// <summary>The interval of polling the files; container mounts raise no change events. Default 10 s.</summary>
    [AllowedDuration("MutualTls:ReloadInterval", "00:00:00.1000000", "01:00:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time before a certificate's expiry at which a daily warning is logged. Default 14 days.</summary>
    [AllowedDuration("MutualTls:ExpiryWarning", "00:00:00", "90.00:00:00")]
    public TimeSpan ExpiryWarning { get; set; } = TimeSpan.FromDays(14);

    internal bool IsConfigured => Certificate.Length > 0 || Authority.Length > 0;
}
