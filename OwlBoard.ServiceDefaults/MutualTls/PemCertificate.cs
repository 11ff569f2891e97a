using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Loads a certificate and its private key from PEM text, usable in TLS handshakes on every system.</summary>
public static class PemCertificate
{
    /// <summary>Reads a certificate and its private key.</summary>
    /// <param name="certificate">The PEM text with the certificate.</param>
    /// <param name="key">The PEM text with the private key.</param>
    /// <param name="password">The password of the key; <see langword="null"/> if the key is not encrypted.</param>
    /// <returns>The certificate with its private key.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The text has no certificate with its key.</exception>
    /// <exception cref="ArgumentException">The key is of a different kind than the certificate's.</exception>
    public static X509Certificate2 Load(string certificate, string key, string? password = null)
    {
        var read = password is null
            ? X509Certificate2.CreateFromPem(certificate, key)
            : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
        return OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? MoveKeyToStore(read) : read;
    }

    /// <summary>
    /// Reloads the certificate from PKCS#12. TLS on Windows and macOS requires keys in the system's key store, while a key
    /// read from PEM exists in memory only (dotnet/runtime#23749).
    /// </summary>
    internal static X509Certificate2 MoveKeyToStore(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
