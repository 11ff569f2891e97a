using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Certificates;

[Trait("Category", "Integration")]
public sealed class IssuingTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly IssuedFolder _issued;

    public IssuingTests() => _issued = new(_time);

    public static TheoryData<string> Identities => [.. CertificateIdentity.All.Select(identity => identity.Name)];

    [Theory]
    [MemberData(nameof(Identities))]
    public void Certificate_is_for_one_name_and_one_use_for_ninety_days(string name)
    {
        var isServer = CertificateIdentity.All.Single(identity => identity.Name == name).Role == CertificateRole.Server;
        using var certificate = _issued.Read(name);

        Assert.Equal(isServer ? [name, "localhost"] : [name], PeerCertificate.Names(certificate));
        Assert.Equal(isServer, certificate.MatchesHostname("127.0.0.1") && certificate.MatchesHostname("::1"));
        var use = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>();
        Assert.Equal(isServer ? PeerCertificate.ServerUsage.Value : PeerCertificate.ClientUsage.Value, Assert.Single(use).Value);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(Start.AddDays(90).UtcDateTime, certificate.NotAfter.ToUniversalTime());
        using var key = certificate.GetECDsaPublicKey()!;
        Assert.Equal(256, key.KeySize);
        Assert.Null(PeerCertificate.FindFault(certificate, _issued.ReadAuthorities(), usage: null, Start));
    }

    [Fact]
    public void Authority_signs_programs_and_no_further_authority_and_its_key_is_given_to_nobody()
    {
        var authority = Assert.Single(_issued.ReadAuthorities());

        var constraints = authority.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        Assert.True(constraints is { CertificateAuthority: true, HasPathLengthConstraint: true, PathLengthConstraint: 0, Critical: true });
        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, authority.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        using var certificate = _issued.Read(ResourceNames.UserService);
        Assert.Equal(
            authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier,
            Convert.ToHexString(certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single().KeyIdentifier!.Value.Span));
        var key = ReadKey(_issued.Folder.AuthorityKey);
        Assert.All(CertificateIdentity.All, identity => Assert.NotEqual(key, ReadKey(_issued.Folder.Certificate(identity.Name))));
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void Certificates_are_renewed_when_less_than_a_third_of_their_time_is_left(int days, bool areRenewed)
    {
        using var before = _issued.Read(ResourceNames.ChatService);
        _time.Advance(TimeSpan.FromDays(days));

        var issued = _issued.Issue(_time);

        Assert.All(issued.Skip(1), certificate => Assert.Equal(areRenewed, certificate.IsNew));
        Assert.False(issued[0].IsNew, "The authority is not due for years.");
        using var after = _issued.Read(ResourceNames.ChatService);
        Assert.Equal(areRenewed, before.Thumbprint != after.Thumbprint);
    }

    [Fact]
    public void Issuing_anew_for_one_leaves_the_others_as_they_are()
    {
        var before = Snapshot();
        File.Delete(_issued.Folder.Certificate(ResourceNames.UserService));

        var issued = _issued.Issue(_time);

        Assert.Equal(ResourceNames.UserService, Assert.Single(issued, certificate => certificate.IsNew).Name);
        var after = Snapshot();
        Assert.Equal([_issued.Folder.Certificate(ResourceNames.UserService)], after.Keys.Where(path => after[path] != before[path]));
    }

    [Fact]
    public void Renewed_authority_takes_over_while_certificates_of_the_one_before_are_still_believed()
    {
        _time.Advance(TimeSpan.FromDays(40));
        File.Delete(_issued.Folder.Certificate(ResourceNames.UserService));
        _issued.Issue(_time);
        // More than two thirds of five years have passed: the authority and all certificates are due.
        _time.SetUtcNow(Start.AddDays(1220));
        using var young = _issued.IssueAside(ResourceNames.UserService, CertificateRole.Server, Start.AddDays(1200));

        var issued = _issued.Issue(_time);

        Assert.All(issued, certificate => Assert.True(certificate.IsNew));
        var authorities = _issued.ReadAuthorities();
        Assert.Equal(2, authorities.Count);
        using var renewed = _issued.Read(ResourceNames.UserService);
        Assert.Equal(authorities[0].Subject, renewed.Issuer);
        Assert.Equal(authorities[1].Subject, young.Issuer);
        Assert.Null(PeerCertificate.FindFault(renewed, authorities, PeerCertificate.ServerUsage, _time.GetUtcNow()));
        Assert.Null(PeerCertificate.FindFault(young, authorities, PeerCertificate.ServerUsage, _time.GetUtcNow()));

        // Once the old authority has expired, it is no longer trusted.
        _time.SetUtcNow(Start.AddDays((5 * 365) + 1));
        _issued.Issue(_time);
        Assert.Single(_issued.ReadAuthorities());
    }

    [Theory]
    [InlineData("nonsense", "does not hold a certificate and the private key")]
    [InlineData("", "does not hold a certificate and the private key")]
    public void Broken_file_is_named_in_one_line_and_nothing_is_changed(string content, string reason)
    {
        var path = _issued.Folder.Certificate(ResourceNames.ChatService);
        File.WriteAllText(path, content);
        var before = Snapshot();

        var failure = Assert.Throws<CertificateException>(() => _issued.Issue(_time));

        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void Foreign_certificates_are_named_in_one_line()
    {
        using var other = new IssuedFolder(_time);
        var path = _issued.Folder.Certificate(ResourceNames.GatewayIdentity);

        File.Copy(other.Folder.Certificate(ResourceNames.GatewayIdentity), path, overwrite: true);
        Assert.Contains("it is from another authority", Assert.Throws<CertificateException>(() => _issued.Issue(_time)).Message, StringComparison.Ordinal);

        File.Copy(_issued.Folder.Certificate(ResourceNames.ProbeIdentity), path, overwrite: true);
        Assert.Contains("it is not the certificate of gateway", Assert.Throws<CertificateException>(() => _issued.Issue(_time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_that_issue_at_once_end_up_with_one_authority_and_one_set()
    {
        var root = Path.Combine(_issued.Folder.Root, "new", "folder");
        var program = typeof(CertificateIssuer).Assembly;

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () => new CertificateIssuer(TimeProvider.System).Issue(new CertificateFolder(root)), TaskCreationOptions.LongRunning)));
        await using var another = ServerProcess.Start(program.GetName().Name!, [root]);
        Assert.Equal(0, await another.HasEndedAsync());

        Assert.Equal(5, runs.SelectMany(run => run).Count(certificate => certificate.IsNew));
        Assert.Contains("user-service: kept, valid until ", another.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(root, "*.tmp", SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task Program_says_in_one_line_what_it_cannot_do()
    {
        File.WriteAllText(_issued.Folder.Certificate(ResourceNames.ProbeIdentity), "nonsense");
        await using var broken = ServerProcess.Start("OwlBoard.Certificates", [_issued.Folder.Root]);
        await using var aimless = ServerProcess.Start("OwlBoard.Certificates", []);

        Assert.Equal(1, await broken.HasEndedAsync());
        Assert.Equal(1, await aimless.HasEndedAsync());
        await Eventually.IsTrueAsync("both have logged the reason", () => broken.Output.Length > 0 && aimless.Output.Length > 0);
        Assert.DoesNotContain('\n', broken.Output);
        Assert.Contains(_issued.Folder.Certificate(ResourceNames.ProbeIdentity), broken.Output, StringComparison.Ordinal);
        Assert.Equal("The directory is missing. Usage: dotnet run --project certs -- DIRECTORY", aimless.Output);
    }

    public void Dispose() => _issued.Dispose();

    private Dictionary<string, string> Snapshot() =>
        Directory.EnumerateFiles(_issued.Folder.Root, "*.pem", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllText);

    private static string ReadKey(string path)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(path);
        using var key = certificate.GetECDsaPrivateKey()!;
        return Convert.ToHexString(key.ExportPkcs8PrivateKey());
    }
}
