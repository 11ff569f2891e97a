using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>A program's own certificate with its key and the authorities that it trusts, read and replaced together.</summary>
public sealed class CertificateSet : IDisposable
{
    private CertificateSet(X509Certificate2 own, X509Certificate2Collection authorities, byte[] fingerprint)
    {
        Own = own;
        Authorities = authorities;
        Fingerprint = fingerprint;
        // Offline: no intermediates are downloaded, because the authority issues all certificates directly.
        Context = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true);
    }

    /// <summary>The program's own certificate, with its private key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>The authorities that must have issued the peers' certificates.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The context that presents <see cref="Own"/> in handshakes.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>A digest of the files, which detects changes. File times are unreliable where a mount is swapped.</summary>
    internal byte[] Fingerprint { get; }

    /// <summary>Reads and validates both files.</summary>
    /// <param name="certificatePath">The path of the certificate with its key.</param>
    /// <param name="authorityPath">The path of the authorities.</param>
    /// <param name="now">The time at which the certificate must be valid.</param>
    /// <param name="ignoreTimes">A value that indicates whether an expired certificate is accepted.</param>
    /// <returns>The set.</returns>
    /// <exception cref="CertificateFileException">A file cannot be used.</exception>
    public static CertificateSet Load(string certificatePath, string authorityPath, DateTimeOffset now, bool ignoreTimes = false)
    {
        var (certificatePem, authorityPem) = (Read(certificatePath), Read(authorityPath));
        var authorities = ParseAuthorities(authorityPath, authorityPem);
        var own = ParseOwn(certificatePath, certificatePem);
        try
        {
            return PeerCertificate.FindFault(own, authorities, usage: null, now, ignoreTimes) is { } fault
                ? throw new CertificateFileException(certificatePath, fault)
                : new(own, authorities, Digest(certificatePem, authorityPem));
        }
        catch (Exception failure) when (failure is CryptographicException or CertificateFileException)
        {
            own.Dispose();
            throw failure as CertificateFileException
                ?? new CertificateFileException(certificatePath, "its certificate and key cannot be used on this system");
        }
    }

    public void Dispose()
    {
        Own.Dispose();
        foreach (var authority in Authorities)
        {
            authority.Dispose();
        }
    }

    /// <summary>Returns the digest that a set loaded from these files now would have.</summary>
    /// <exception cref="CertificateFileException">A file cannot be read.</exception>
    internal static byte[] DigestOf(string certificatePath, string authorityPath) =>
        Digest(Read(certificatePath), Read(authorityPath));

    private static byte[] Digest(string certificatePem, string authorityPem) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{certificatePem}\0{authorityPem}"));

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CertificateFileException(path, "the file does not exist");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateFileException(path, "it cannot be read by this user");
        }
    }

    private static X509Certificate2Collection ParseAuthorities(string path, string pem)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new CertificateFileException(path, "it is not a PEM file of certificates");
        }

        return authorities.Count > 0 ? authorities : throw new CertificateFileException(path, "it holds no certificate");
    }

    private static X509Certificate2 ParseOwn(string path, string pem)
    {
        try
        {
            return PemCertificate.Load(pem, pem);
        }
        // A mismatched key throws one or the other exception, depending on the kind of key.
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CertificateFileException(path, "it does not hold a certificate and the private key that belongs to it, as PEM");
        }
    }
}
