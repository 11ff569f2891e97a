using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OwlBoard.Certificates;

/// <summary>
/// Issues the certificates that are missing in a folder or have less than a third of their lifetime left. All other files
/// stay unchanged.
/// </summary>
/// <remarks>
/// A renewed authority has a new key. Its predecessor stays trusted until it expires, so that the certificates that it
/// signed stay valid until each is renewed.
/// </remarks>
public sealed class CertificateIssuer(TimeProvider time)
{
    /// <summary>Issues the certificates that are missing or due.</summary>
    /// <param name="folder">The folder; it is created if it does not exist.</param>
    /// <param name="identities">The identities; <see langword="null"/> for <see cref="CertificateIdentity.All"/>.</param>
    /// <returns>The authority and the certificate of each identity.</returns>
    /// <exception cref="CertificateException">A file in the folder is invalid, or cannot be read or written.</exception>
    public IReadOnlyList<IssuedCertificate> Issue(CertificateFolder folder, IReadOnlyList<CertificateIdentity>? identities = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            PrivateFiles.CreateFolder(folder.Root);
            using var alone = FolderLock.Take(folder, time);
            using var authority = EnsureAuthority(folder, out var authorities, out var isNew);
            var issued = new List<IssuedCertificate> { new("authority", authority.NotAfter, isNew) };
            foreach (var identity in identities ?? CertificateIdentity.All)
            {
                issued.Add(Ensure(folder, identity, authority, authorities));
            }

            return issued;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{folder.Root}: certificates cannot be read or written there: {failure.Message}", failure);
        }
    }

    private X509Certificate2 EnsureAuthority(CertificateFolder folder, out string authorities, out bool isNew)
    {
        var current = Read(folder.AuthorityKey);
        if (current is not null && !current.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority))
        {
            throw Unusable(folder.AuthorityKey, "it is not an authority's certificate");
        }

        // Trusted authorities stay trusted, also when the key file was lost and a new authority is created.
        var believed = ReadAuthorities(folder.Authorities);
        isNew = current is null || IsDue(current);
        if (isNew)
        {
            if (current is not null)
            {
                believed.Insert(0, current);
            }

            current = CertificateFactory.CreateAuthority(time.GetUtcNow());
            PrivateFiles.Write(folder.AuthorityKey, WithKey(current));
        }

        // Derived from the key file on each run, which repairs the state after a crash between the two writes.
        var all = believed.Where(one => one.NotAfter > time.GetUtcNow().LocalDateTime).Prepend(current!).DistinctBy(one => one.Thumbprint);
        authorities = string.Concat(all.Select(one => one.ExportCertificatePem() + "\n"));
        WriteIfChanged(folder.Authorities, authorities);
        return current!;
    }

    private IssuedCertificate Ensure(CertificateFolder folder, CertificateIdentity identity, X509Certificate2 authority, string authorities)
    {
        // The authorities first: peers must trust a new authority before they see a certificate that it signed.
        WriteIfChanged(folder.Authority(identity.Name), authorities);

        var path = folder.Certificate(identity.Name);
        using var current = Read(path);
        if (current is not null)
        {
            Check(path, current, identity, authorities);
            if (!IsDue(current))
            {
                return new(identity.Name, current.NotAfter, IsNew: false);
            }
        }

        using var next = CertificateFactory.Create(identity, authority, time.GetUtcNow());
        PrivateFiles.Write(path, WithKey(next));
        return new(identity.Name, next.NotAfter, IsNew: true);
    }

    /// <summary>Indicates whether less than a third of the lifetime of the certificate is left.</summary>
    private bool IsDue(X509Certificate2 certificate) =>
        (certificate.NotAfter - time.GetUtcNow().LocalDateTime) * 3 < certificate.NotAfter - certificate.NotBefore;

    private void Check(string path, X509Certificate2 certificate, CertificateIdentity identity, string authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().LocalDateTime;
        // An expired certificate is not an error; it is due for renewal.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        if (!chain.Build(certificate) && !IsDue(certificate))
        {
            throw Unusable(path, "it is from another authority");
        }

        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null || !names.EnumerateDnsNames().Contains(identity.Name, StringComparer.OrdinalIgnoreCase))
        {
            throw Unusable(path, $"it is not the certificate of {identity.Name}");
        }
    }

    private static X509Certificate2? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        PrivateFiles.MakePrivate(path);
        var pem = File.ReadAllText(path);
        try
        {
            return X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException)
        {
            throw Unusable(path, "it does not hold a certificate and the private key that belongs to it, as PEM");
        }
    }

    private static List<X509Certificate2> ReadAuthorities(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(File.ReadAllText(path));
            return [.. authorities];
        }
        catch (CryptographicException)
        {
            throw Unusable(path, "it is not a PEM file of certificates");
        }
    }

    private static void WriteIfChanged(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            PrivateFiles.Write(path, text);
        }
    }

    private static string WithKey(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return new StringBuilder()
            .AppendLine(certificate.ExportCertificatePem())
            .AppendLine(key.ExportPkcs8PrivateKeyPem())
            .ToString();
    }

    private static CertificateException Unusable(string path, string reason) =>
        new($"{path}: {reason}. The file was not changed; restore the correct one, or delete it to have a new one issued.");
}
