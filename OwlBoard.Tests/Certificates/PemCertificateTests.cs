using System.Net.Security;
using System.Security.Cryptography;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Tests.Forwarding.WebSockets;

namespace OwlBoard.Tests.Certificates;

[Trait("Category", "Unit")]
public sealed class PemCertificateTests
{
    [Fact]
    public async Task Certificate_whose_key_was_moved_to_the_key_store_serves_TLS()
    {
        using var issued = new IssuedFolder();
        using var certificate = PemCertificate.MoveKeyToStore(issued.Read("user-service"));

        Assert.True(certificate.HasPrivateKey);
        var (server, client) = DuplexStream.Connect();
        await using var serverSide = new SslStream(server);
        await using var clientSide = new SslStream(client);
        await Task.WhenAll(
            serverSide.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate }, TestContext.Current.CancellationToken),
            clientSide.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "user-service", RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented) },
                TestContext.Current.CancellationToken));

        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA256), clientSide.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256));
    }
}
