using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>The contents of the files of a certificate and its key.</summary>
internal sealed class CertificateFiles
{
    private readonly byte[] _certificate;
    private readonly byte[]? _key;
    private readonly string? _password;

    private CertificateFiles(byte[] certificate, byte[]? key, string? password)
    {
        _certificate = certificate;
        _key = key;
        _password = string.IsNullOrEmpty(password) ? null : password;
    }

    /// <summary>
    /// A hash of the contents. Modification times do not suffice: a mounted secret is a link that is switched between
    /// folders.
    /// </summary>
    public string Fingerprint
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var part in (ReadOnlySpan<byte[]>)[_certificate, _key ?? [], Encoding.UTF8.GetBytes(_password ?? "")])
            {
                hash.AppendData(SHA256.HashData(part));
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
    }

    /// <exception cref="CertificateRefusedException">A file cannot be read.</exception>
    public static CertificateFiles Read(TlsOptions options) => new(
        Read(nameof(options.CertificatePath), options.CertificatePath!),
        string.IsNullOrEmpty(options.KeyPath) ? null : Read(nameof(options.KeyPath), options.KeyPath),
        options.Password);

    /// <summary>
    /// Creates the certificate context for handshakes: the certificate with its key, and the intermediate certificates.
    /// </summary>
    /// <exception cref="CertificateRefusedException">The files are invalid, or not valid at <paramref name="now"/>.</exception>
    public SslStreamCertificateContext Load(DateTimeOffset now)
    {
        var certificates = _key is not null || IsPem(_certificate) ? LoadPem() : LoadPkcs12();
        var own = certificates[0];
        if (now < own.NotBefore || now > own.NotAfter)
        {
            throw new CertificateRefusedException(nameof(TlsOptions.CertificatePath), string.Create(
                CultureInfo.InvariantCulture,
                $"a currently valid certificate; this one is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}"));
        }

        certificates.RemoveAt(0);
        // Offline: missing intermediate certificates are not downloaded during a handshake.
        return SslStreamCertificateContext.Create(own, certificates, offline: true);
    }

    private static byte[] Read(string setting, string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateRefusedException(setting, "the path of a readable file");
        }
    }

    private static bool IsPem(byte[] file) => file.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private X509Certificate2Collection LoadPem()
    {
        var certificate = Encoding.UTF8.GetString(_certificate);
        var all = LoadPemCertificates(certificate);
        try
        {
            var key = _key is null ? certificate : Encoding.UTF8.GetString(_key);
            all[0] = PemCertificate.Load(certificate, key, _password);
            return all;
        }
        // The exception type for a key that does not match depends on the key's algorithm.
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new CertificateRefusedException(
                _key is null ? nameof(TlsOptions.CertificatePath) : nameof(TlsOptions.KeyPath),
                "the private key in PEM that belongs to the certificate");
        }
    }

    private static X509Certificate2Collection LoadPemCertificates(string text)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            throw new CertificateRefusedException(nameof(TlsOptions.CertificatePath), "a certificate in PEM");
        }

        return all.Count > 0 ? all : throw new CertificateRefusedException(nameof(TlsOptions.CertificatePath), "a certificate in PEM");
    }

    private X509Certificate2Collection LoadPkcs12()
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(_certificate, _password);
        }
        catch (CryptographicException)
        {
            throw new CertificateRefusedException(nameof(TlsOptions.CertificatePath), "PEM, or PKCS#12 with the password LoadBalancer:Tls:Password");
        }

        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new CertificateRefusedException(nameof(TlsOptions.CertificatePath), "PKCS#12 with a private key");
        all.Remove(own);
        all.Insert(0, own);
        return all;
    }
}
