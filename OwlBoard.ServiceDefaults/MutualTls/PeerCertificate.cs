using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// Validates certificates against the private authorities only: no system root is used, nothing is downloaded.
/// </summary>
/// <remarks>
/// Names are those in the subject alternative name; the common name is ignored (RFC 9525 section 6.3). Texts from a
/// certificate go to logs and may come from any peer, so they are truncated and limited to printable ASCII.
/// </remarks>
public static class PeerCertificate
{
    private const int MaxTextLength = 80;

    /// <summary>id-kp-serverAuth, RFC 5280 section 4.2.1.12.</summary>
    public static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");

    /// <summary>id-kp-clientAuth.</summary>
    public static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Returns the DNS names in the certificate.</summary>
    public static IReadOnlyList<string> Names(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
            ? [.. names.EnumerateDnsNames()]
            : [];
    }

    /// <summary>Returns the display name of a certificate: its first DNS name, or its subject.</summary>
    public static string Describe(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Printable(Names(certificate) is [var first, ..] ? first : certificate.Subject);
    }

    /// <summary>Returns what is wrong with a certificate, regardless of its name.</summary>
    /// <param name="certificate">The certificate; <see langword="null"/> if the peer presented none.</param>
    /// <param name="authorities">The trusted authorities.</param>
    /// <param name="usage"><see cref="ServerUsage"/>, <see cref="ClientUsage"/>, or <see langword="null"/> for any usage.</param>
    /// <param name="now">The time at which it must be valid.</param>
    /// <param name="ignoreTimes">A value that indicates whether its validity period is ignored.</param>
    /// <returns>A clause for the log; <see langword="null"/> if the certificate is valid.</returns>
    public static string? FindFault(
        X509Certificate2? certificate, X509Certificate2Collection authorities, Oid? usage, DateTimeOffset now, bool ignoreTimes = false)
    {
        if (certificate is null)
        {
            return "no certificate was presented";
        }

        using var chain = new X509Chain { ChainPolicy = CreatePolicy(authorities) };
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        if (ignoreTimes)
        {
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        }

        if (usage is not null)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(usage);
        }

        try
        {
            return chain.Build(certificate) ? null : Explain(certificate, chain, now);
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    /// <summary>Returns what is wrong with a server's certificate, which must be for <paramref name="host"/>.</summary>
    /// <param name="certificate">The certificate; <see langword="null"/> if the server presented none.</param>
    /// <param name="host">The name or address that it must be for.</param>
    /// <param name="authorities">The trusted authorities.</param>
    /// <param name="now">The time at which it must be valid.</param>
    /// <returns>A clause for the log; <see langword="null"/> if the certificate is valid.</returns>
    public static string? FindServerFault(
        X509Certificate2? certificate, string host, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        if (FindFault(certificate, authorities, ServerUsage, now) is { } fault)
        {
            return fault;
        }

        return certificate!.MatchesHostname(host, allowWildcards: false, allowCommonName: false)
            ? null
            : $"the certificate is that of '{Describe(certificate)}', not of '{host}'";
    }

    /// <summary>Returns what is wrong with a client's certificate, which must have one of the allowed names.</summary>
    /// <param name="certificate">The certificate; <see langword="null"/> if the client presented none.</param>
    /// <param name="allowed">The accepted names.</param>
    /// <param name="authorities">The trusted authorities.</param>
    /// <param name="now">The time at which it must be valid.</param>
    /// <param name="identity">The accepted name in the certificate; <see langword="null"/> if there is none.</param>
    /// <returns>A clause for the log; <see langword="null"/> if the certificate is valid.</returns>
    public static string? FindClientFault(
        X509Certificate2? certificate,
        IReadOnlyList<string> allowed,
        X509Certificate2Collection authorities,
        DateTimeOffset now,
        out string? identity)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        identity = null;
        if (FindFault(certificate, authorities, ClientUsage, now) is { } fault)
        {
            return fault;
        }

        identity = Names(certificate!).FirstOrDefault(name => allowed.Contains(name, StringComparer.OrdinalIgnoreCase));
        return identity is null
            ? $"the certificate is that of '{Describe(certificate!)}', not of '{string.Join("' or '", allowed)}'"
            : null;
    }

    /// <summary>Creates a policy that accepts chains to one of the authorities and to no system root.</summary>
    internal static X509ChainPolicy CreatePolicy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            // The authority publishes no revocation list: certificates are short-lived, and after a key is stolen a new
            // authority is created (certs/README.md).
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Explain(X509Certificate2 certificate, X509Chain chain, DateTimeOffset now)
    {
        const X509ChainStatusFlags Time = X509ChainStatusFlags.NotTimeValid;
        const X509ChainStatusFlags Usage = X509ChainStatusFlags.NotValidForUsage;
        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        var name = Describe(certificate);
        return faults switch
        {
            _ when (faults & ~(Time | Usage)) != 0 =>
                $"the certificate of '{name}' is not from the configured authority but from '{Printable(certificate.Issuer)}'",
            _ when (faults & Time) == 0 => $"the certificate of '{name}' is not for this use",
            _ when certificate.NotAfter < now.LocalDateTime => $"the certificate of '{name}' expired on {Spell(certificate.NotAfter)}",
            _ when certificate.NotBefore > now.LocalDateTime => $"the certificate of '{name}' is valid from {Spell(certificate.NotBefore)} only",
            _ => "the authority's own certificate has expired",
        };
    }

    private static string Spell(DateTime time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Printable(string text) => string.Create(
        Math.Min(text.Length, MaxTextLength),
        text,
        (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }
        });
}
