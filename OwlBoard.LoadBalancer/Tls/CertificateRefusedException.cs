namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// The exception for a certificate that cannot be used. The message names the setting and what is allowed, but no path and
/// no system error: the location of a private key must not appear in a log.
/// </summary>
/// <param name="setting">The setting's name in <see cref="TlsOptions"/>.</param>
/// <param name="demand">A phrase that describes the allowed value.</param>
internal sealed class CertificateRefusedException(string setting, string demand)
    : Exception($"LoadBalancer:Tls:{setting} is '***'; it must be {demand}.");
