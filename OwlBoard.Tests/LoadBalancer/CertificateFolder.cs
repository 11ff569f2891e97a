using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A temporary folder with certificates for one test.</summary>
internal sealed class CertificateFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("owlboard-tls-");

    public string CertificatePath => Path.Combine(_folder.FullName, "server.crt");

    public string KeyPath => Path.Combine(_folder.FullName, "server.secret.pem");

    /// <summary>Returns the settings that use the two files, with an HTTPS listener on the given port.</summary>
    public KeyValuePair<string, string>[] Settings(int port) =>
        [new("Tls:Port", $"{port}"), new("Tls:CertificatePath", CertificatePath), new("Tls:KeyPath", KeyPath)];

    /// <summary>Issues a certificate with its key, self-signed or signed by the issuer.</summary>
    public static X509Certificate2 Issue(string name, DateTimeOffset? until = null, X509Certificate2? issuer = null, bool authority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, hasPathLengthConstraint: false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        // A certificate must not outlive its issuer, which may have been created a second ago.
        var end = until ?? issuer?.NotAfter ?? DateTimeOffset.UtcNow.AddDays(2);
        if (issuer is null)
        {
            return request.CreateSelfSigned(end.AddDays(-30), end);
        }

        using var issued = request.Create(issuer, end.AddDays(-30) < issuer.NotBefore ? issuer.NotBefore : end.AddDays(-30), end, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes the certificate, followed by that of the issuer, and the key in PEM.</summary>
    public void Write(X509Certificate2 certificate, X509Certificate2? key = null, X509Certificate2? issuer = null)
    {
        using var secret = (key ?? certificate).GetECDsaPrivateKey()!;
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem() + "\n" + issuer?.ExportCertificatePem());
        File.WriteAllText(KeyPath, secret.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
