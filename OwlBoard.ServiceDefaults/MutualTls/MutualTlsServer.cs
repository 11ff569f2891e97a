using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// The server side of mutual TLS: rejects every client but the gateway and the probe in the handshake, and logs the reason.
/// </summary>
internal sealed partial class MutualTlsServer(MutualTlsCertificates certificates, TimeProvider time, ILogger<MutualTlsServer> logger)
{
    private static readonly string[] AllowedClients = [ResourceNames.GatewayIdentity, ResourceNames.ProbeIdentity];

    /// <summary>The key of the client's identity among the connection's items.</summary>
    public static object ClientIdentity { get; } = new();

    public TlsHandshakeCallbackOptions CreateCallback() => new()
    {
        OnConnection = context => new(CreateOptions(context.Connection)),
    };

    private SslServerAuthenticationOptions CreateOptions(ConnectionContext connection) => new()
    {
        // The callback runs per connection, so one handshake uses one set.
        ServerCertificateContext = certificates.Current!.Context,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsAllowed(connection, certificate as X509Certificate2),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        CertificateChainPolicy = PeerCertificate.CreatePolicy(certificates.Current!.Authorities),
        // A resumed session would reuse a certificate that was validated long ago. Gateways keep connections open, so
        // resumption would save little.
        AllowTlsResume = false,
    };

    private bool IsAllowed(ConnectionContext connection, X509Certificate2? certificate)
    {
        var fault = PeerCertificate.FindClientFault(
            certificate, AllowedClients, certificates.Current!.Authorities, time.GetUtcNow(), out var identity);
        if (fault is null)
        {
            connection.Items[ClientIdentity] = identity;
            return true;
        }

        LogRefused(connection.RemoteEndPoint?.ToString() ?? "an unknown address", fault);
        return false;
    }

    [LoggerMessage(1, LogLevel.Warning, "Connection from {Peer} refused: {Reason}.")]
    private partial void LogRefused(string peer, string reason);
}
