using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// Performs one TLS handshake within the process before the program is ready. The first handshake loads and compiles much
/// code, which on a busy machine takes longer than a gateway's connect timeout.
/// </summary>
internal sealed partial class HandshakeWarmUp(
    MutualTlsCertificates certificates, TimeProvider time, ILogger<HandshakeWarmUp> logger) : IHostedService
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (certificates.Current is not { } current)
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await HandshakeAsync(current, deadline.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // The first connection is slower then.
            LogSkipped(failure.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task HandshakeAsync(CertificateSet current, CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 1);
        using var client = new TcpClient();
        var connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
        using var server = await listener.AcceptTcpClientAsync(cancellationToken);
        await connecting;
        await using var serverSide = new SslStream(server.GetStream());
        await using var clientSide = new SslStream(client.GetStream());

        var clientOptions = MutualTlsClient.CreateOptions(IPAddress.Loopback.ToString(), () => current, time);
        clientOptions.TargetHost = IPAddress.Loopback.ToString();
        clientOptions.RemoteCertificateValidationCallback = IsOwn;
        await Task.WhenAll(
            serverSide.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = current.Context,
                    ClientCertificateRequired = true,
                    AllowTlsResume = false,
                    CertificateChainPolicy = PeerCertificate.CreatePolicy(current.Authorities),
                    RemoteCertificateValidationCallback = IsOwn,
                },
                cancellationToken),
            clientSide.AuthenticateAsClientAsync(clientOptions, cancellationToken));

        // The same certificate serves both sides and has the usage of one of them at most, so only its identity is checked.
        bool IsOwn(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
            current.Own.Equals(certificate);
    }

    [LoggerMessage(1, LogLevel.Debug, "TLS warm-up skipped: {Reason}")]
    private partial void LogSkipped(string reason);
}
