using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.Certificates;

/// <summary>Makes certificates as RFC 5280 wants them, with ECDSA P-256 keys.</summary>
internal static class CertificateFactory
{
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(5 * 365);
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>For clocks that are a little behind.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>An authority that signs certificates of programs, and no further authorities.</summary>
    public static X509Certificate2 CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: two authorities of one name are hard to tell apart, for people and for TLS libraries.
        var request = Request($"OwlBoard authority {now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return request.CreateSelfSigned(now - ClockSkew, now + AuthorityLifetime);
    }

    /// <summary>A program's certificate.</summary>
    public static X509Certificate2 Create(CertificateIdentity identity, X509Certificate2 authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(identity.Name, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        // An ECDSA key signs the handshake and does nothing else.
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [identity.Role == CertificateRole.Server ? ServerUsage : ClientUsage], critical: false));
        request.CertificateExtensions.Add(Names(identity));

        // Never longer than the authority itself.
        var notAfter = Min(now + Lifetime, authority.NotAfter);
        // The first bit clear, or the number would be negative (RFC 5280 section 4.1.2.2).
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x01);
        using var certificate = request.Create(authority, Max(now - ClockSkew, authority.NotBefore), notAfter, serial);
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string commonName, ECDsa key)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Extension Names(CertificateIdentity identity)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(identity.Name);
        if (identity.Role == CertificateRole.Server)
        {
            // The probe in a service's own container asks localhost, and so does a local run.
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }

        return names.Build();
    }

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
