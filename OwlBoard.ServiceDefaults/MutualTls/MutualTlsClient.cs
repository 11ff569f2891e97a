using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The client's side: presents its certificate, and believes a server by the private authorities only.</summary>
public static class MutualTlsClient
{
    /// <summary>The TLS options of connections to one server.</summary>
    /// <param name="server">Whose certificate is expected: a name, or an address.</param>
    /// <param name="certificates">Asked for each connection; without certificates no server is believed.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Options whose handshake fails with <see cref="PeerNotTrustedException"/> where the server is not to be trusted.</returns>
    public static SslClientAuthenticationOptions CreateOptions(string server, Func<CertificateSet?> certificates, TimeProvider time) => new()
    {
        TargetHost = server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        // The callback judges, by the authorities of that moment. This keeps the system's roots out, which would be
        // loaded for nothing.
        CertificateChainPolicy = PeerCertificate.CreatePolicy([]),
        // A resumed session would present the certificate of the time before a renewal.
        AllowTlsResume = false,
        LocalCertificateSelectionCallback = (_, _, _, _, _) => certificates()?.Own!,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => Check(server, certificates(), certificate as X509Certificate2, time),
    };

    private static bool Check(string server, CertificateSet? certificates, X509Certificate2? certificate, TimeProvider time)
    {
        var fault = certificates is null
            ? "no authority is configured to judge its certificate by (MutualTls:Authority)"
            : PeerCertificate.FindServerFault(certificate, server, certificates.Authorities, time.GetUtcNow());
        // An exception says why; false would leave the caller to guess.
        return fault is null ? true : throw new PeerNotTrustedException(fault);
    }
}
