namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// A certificate cannot be used. The message names the setting and what is wrong, but neither a path nor what the
/// system says of it: where a private key lies is nothing for a log.
/// </summary>
/// <param name="setting">The setting's name in <see cref="TlsOptions"/>.</param>
/// <param name="demand">What it must be.</param>
internal sealed class CertificateRefusedException(string setting, string demand)
    : Exception($"LoadBalancer:Tls:{setting} is '***'; it must be {demand}.");
