using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.Tests.Certificates;

/// <summary>A folder with all certificates, for one test.</summary>
internal sealed class IssuedFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("owlboard-certs-");

    /// <param name="issuedAt">The time of issue; <see langword="null"/> for the current time.</param>
    public IssuedFolder(TimeProvider? issuedAt = null)
    {
        Folder = new(_directory.FullName);
        Issue(issuedAt);
    }

    public CertificateFolder Folder { get; }

    /// <summary>Creates certificates of an authority that is old enough to have issued expired ones.</summary>
    public static IssuedFolder WithOldAuthority()
    {
        var issued = new IssuedFolder(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-200)));
        issued.Issue();
        return issued;
    }

    public string Authority => Folder.Authority(ResourceNames.GatewayIdentity);

    public IReadOnlyList<IssuedCertificate> Issue(TimeProvider? time = null) =>
        new CertificateIssuer(time ?? TimeProvider.System).Issue(Folder);

    /// <summary>Reads an identity's current certificate with its key.</summary>
    public X509Certificate2 Read(string identity) => X509Certificate2.CreateFromPemFile(Folder.Certificate(identity));

    /// <summary>Reads the currently trusted authorities.</summary>
    public X509Certificate2Collection ReadAuthorities()
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Authority);
        return authorities;
    }

    /// <summary>Issues a certificate by this folder's authority without writing it to the folder.</summary>
    public X509Certificate2 IssueAside(string name, CertificateRole role, DateTimeOffset? at = null)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Folder.AuthorityKey);
        return CertificateFactory.Create(new(name, role), authority, at ?? TimeProvider.System.GetUtcNow());
    }

    public CertificateSet Load(string identity) =>
        CertificateSet.Load(Folder.Certificate(identity), Folder.Authority(identity), TimeProvider.System.GetUtcNow(), ignoreTimes: true);

    /// <summary>Returns the settings of a program with this identity.</summary>
    public (string Key, string Value)[] Settings(string identity) =>
    [
        ("MutualTls:Certificate", Folder.Certificate(identity)),
        ("MutualTls:Authority", Folder.Authority(identity)),
        ("MutualTls:ReloadInterval", "00:00:00.1"),
    ];

    public void Dispose() => _directory.Delete(recursive: true);
}
