using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Tls;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class TlsReloadTests : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly CertificateFolder _files = new();
    private readonly CapturedLog _log = new();
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        _log.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Changed_files_apply_to_new_connections_and_leave_the_old_ones_alone()
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = Start();
        await using var old = await TlsConnection.OpenAsync(_port);
        Assert.Equal("CN=first", old.RemoteCertificate?.Subject);

        _files.Write(CertificateFolder.Issue("second"));
        Poll();

        Assert.Equal("CN=second", await SubjectAsync());
        Assert.StartsWith("HTTP/1.1 200", await TlsConnection.AskAsync(old), StringComparison.Ordinal);
        Assert.Single(_log.Lines, line => line.Contains("was replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unchanged_files_change_nothing()
    {
        using var certificate = CertificateFolder.Issue("first");
        _files.Write(certificate);
        await using var loadBalancer = Start();

        _files.Write(certificate);
        Poll();

        Assert.DoesNotContain(_log.Lines, line => line.Contains("certificate", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("another's key")]
    [InlineData("expired")]
    [InlineData("missing key")]
    [InlineData("unreadable")]
    public async Task A_bad_change_is_refused_once_and_the_old_certificate_stays_until_it_is_mended(string what)
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = Start();

        _files.Write(
            CertificateFolder.Issue("second", until: what == "expired" ? DateTimeOffset.UtcNow.AddDays(-1) : null),
            key: what == "another's key" ? CertificateFolder.Issue("another") : null);
        if (what == "missing key")
        {
            File.Delete(_files.KeyPath);
        }
        else if (what == "unreadable")
        {
            await File.WriteAllTextAsync(_files.CertificatePath, "-----BEGIN CERTIFICATE-----\nhalf a fil", TestContext.Current.CancellationToken);
        }

        Poll();
        Poll();

        Assert.Equal("CN=first", await SubjectAsync());
        var refusal = Assert.Single(_log.Lines, line => line.Contains("refused", StringComparison.Ordinal));
        Assert.StartsWith("Error: The changed certificate was refused; the current one stays in use: LoadBalancer:Tls:", refusal, StringComparison.Ordinal);

        _files.Write(CertificateFolder.Issue("third"));
        Poll();
        Assert.Equal("CN=third", await SubjectAsync());
    }

    [Fact]
    public async Task Neither_the_key_nor_its_path_is_logged()
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = Start();
        using var second = CertificateFolder.Issue("second");
        _files.Write(second);
        Poll();
        _files.Write(second, key: CertificateFolder.Issue("another"));
        Poll();
        File.Delete(_files.KeyPath);
        Poll();
        Assert.Equal("CN=second", await SubjectAsync());

        Assert.Equal(2, _log.Lines.Count(line => line.Contains("refused", StringComparison.Ordinal)));
        using var key = second.GetECDsaPrivateKey()!;
        var secret = Convert.ToBase64String(key.ExportPkcs8PrivateKey())[60..100];
        Assert.DoesNotContain(_log.Lines, line =>
            line.Contains(Path.GetDirectoryName(_files.KeyPath)!, StringComparison.Ordinal) || line.Contains(secret, StringComparison.Ordinal));
    }

    private TestLoadBalancer Start() => TestLoadBalancer.Start(
        [_gateway],
        _files.Settings(_port),
        services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<ILoggerProvider>(_log)
            .Configure<LoggerFilterOptions>(filter => filter.AddFilter<CapturedLog>("OwlBoard", LogLevel.Trace)));

    private void Poll() => _time.Advance(ServerCertificate.PollInterval);

    private async Task<string?> SubjectAsync()
    {
        await using var connection = await TlsConnection.OpenAsync(_port);
        return connection.RemoteCertificate?.Subject;
    }
}
