using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.Certificates;

/// <summary>Creates certificates that conform to RFC 5280, with ECDSA P-256 keys.</summary>
internal static class CertificateFactory
{
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(5 * 365);
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>The backdating of a certificate, for machines whose clock is slow.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Creates an authority that may sign end-entity certificates only (path length 0).</summary>
    public static X509Certificate2 CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The name is unique, because TLS libraries and readers select an issuer by its name.
        var request = Request($"OwlBoard authority {now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return request.CreateSelfSigned(now - ClockSkew, now + AuthorityLifetime);
    }

    /// <summary>Creates the certificate of an identity, signed by the authority.</summary>
    public static X509Certificate2 Create(CertificateIdentity identity, X509Certificate2 authority, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(identity.Name, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        // An ECDSA key is only used to sign the handshake.
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [identity.Role == CertificateRole.Server ? ServerUsage : ClientUsage], critical: false));
        request.CertificateExtensions.Add(Names(identity));

        // A certificate must not outlive its authority.
        var notAfter = Min(now + Lifetime, authority.NotAfter);
        // The serial number must be positive: the first bit is clear (RFC 5280 section 4.1.2.2).
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
            // Probes within a service's container and local runs connect to localhost.
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }

        return names.Build();
    }

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
