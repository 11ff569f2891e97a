using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// The server's side: whoever does not prove to be the gateway, or the probe, is refused in the handshake, and the log
/// says why.
/// </summary>
internal sealed partial class MutualTlsServer(MutualTlsCertificates certificates, TimeProvider time, ILogger<MutualTlsServer> logger)
{
    private static readonly string[] AllowedClients = [ResourceNames.GatewayIdentity, ResourceNames.ProbeIdentity];

    /// <summary>Who the client of a connection is: its key among the connection's items.</summary>
    public static object ClientIdentity { get; } = new();

    public TlsHandshakeCallbackOptions CreateCallback() => new()
    {
        OnConnection = context => new(CreateOptions(context.Connection)),
    };

    private SslServerAuthenticationOptions CreateOptions(ConnectionContext connection) => new()
    {
        // One set for the whole handshake, however long it takes.
        ServerCertificateContext = certificates.Current!.Context,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsAllowed(connection, certificate as X509Certificate2),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        CertificateChainPolicy = PeerCertificate.CreatePolicy(certificates.Current!.Authorities),
        // A resumed session would go on with a certificate that was judged long ago. Gateways keep connections open,
        // so that there is little to save.
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

        LogRefused(connection.RemoteEndPoint?.ToString() ?? "somebody", fault);
        return false;
    }

    [LoggerMessage(1, LogLevel.Warning, "A connection from {Peer} is refused: {Reason}")]
    private partial void LogRefused(string peer, string reason);
}
