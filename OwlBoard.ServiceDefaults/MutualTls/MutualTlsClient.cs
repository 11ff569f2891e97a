using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The client side of mutual TLS: presents the program's certificate and trusts the private authorities only.</summary>
public static class MutualTlsClient
{
    /// <summary>Creates the TLS options of connections to a server.</summary>
    /// <param name="server">The name or address that the server's certificate must be for.</param>
    /// <param name="certificates">Returns the certificates for a new connection; without them no server is trusted.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Options whose handshake fails with <see cref="PeerNotTrustedException"/> if the server is not trusted.</returns>
    public static SslClientAuthenticationOptions CreateOptions(string server, Func<CertificateSet?> certificates, TimeProvider time) => new()
    {
        TargetHost = server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        // The callback validates against the current authorities. An empty policy avoids loading the system's roots, which
        // are not used.
        CertificateChainPolicy = PeerCertificate.CreatePolicy([]),
        // A resumed session would present the certificate from before a renewal.
        AllowTlsResume = false,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => certificates()?.Own!,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Check(server, certificates(), certificate as X509Certificate2, time),
    };

    private static bool Check(string server, CertificateSet? certificates, X509Certificate2? certificate, TimeProvider time)
    {
        var fault = certificates is null
            ? "no authority is configured to validate its certificate (MutualTls:Authority)"
            : PeerCertificate.FindServerFault(certificate, server, certificates.Authorities, time.GetUtcNow());
        // An exception carries the reason; returning false would lose it.
        return fault is null ? true : throw new PeerNotTrustedException(fault);
    }
}
