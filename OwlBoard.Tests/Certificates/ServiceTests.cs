using System.Net;
using System.Security.Cryptography.X509Certificates;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.Services.Hosting;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Certificates;

/// <summary>Tests of a service that accepts connections from gateways only.</summary>
[Trait("Category", "Integration")]
public sealed class ServiceTests : IDisposable
{
    private readonly IssuedFolder _issued = IssuedFolder.WithOldAuthority();
    private readonly IssuedFolder _other = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gateway_is_let_in()
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        using var certificate = _issued.Read(ResourceNames.GatewayIdentity);
        using var client = service.Client(certificate);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/users/", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health", Token)).StatusCode);
    }

    [Theory]
    [InlineData("none", "no certificate was presented")]
    [InlineData("of another authority", "the certificate of 'gateway' is not from the configured authority but from 'CN=OwlBoard authority")]
    [InlineData("expired", "the certificate of 'gateway' expired on ")]
    [InlineData("not valid yet", "the certificate of 'gateway' is valid from ")]
    [InlineData("of another service", "the certificate of 'chat-service' is not for this use")]
    [InlineData("of another client", "the certificate is that of 'somebody', not of 'gateway' or 'probe'")]
    [InlineData("of a server named gateway", "the certificate of 'gateway' is not for this use")]
    public async Task Others_are_refused_and_the_log_says_why(string who, string reason)
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        using var certificate = Certificate(who);
        using var client = service.Client(certificate);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/health", Token));

        await Eventually.IsTrueAsync("the reason is logged", () => service.Logs.Lines.Any(line =>
            line.StartsWith("Warning: Connection from 127.0.0.1:", StringComparison.Ordinal)
            && line.Contains($" refused: {reason}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Probe_may_ask_for_the_health_and_for_nothing_else()
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        using var certificate = _issued.Read(ResourceNames.ProbeIdentity);
        using var client = service.Client(certificate);

        using var health = await client.GetAsync("/health", Token);
        using var users = await client.GetAsync("/users/", Token);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, users.StatusCode);
        Assert.Contains(service.Logs.Lines, line => line.Contains("the certificate of the probe is accepted for /health only", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Plain_http_is_not_answered_whatever_the_address_says(string scheme)
    {
        await using var service = await MutualTlsService.StartAsync(_issued, scheme);
        using var plain = new HttpClient { BaseAddress = new($"http://localhost:{service.Port}") };
        using var certificate = _issued.Read(ResourceNames.GatewayIdentity);
        using var client = service.Client(certificate);

        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync("/health", Token));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health", Token)).StatusCode);
    }

    [Fact]
    public async Task Probe_option_asks_over_mutual_tls()
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        var url = new Uri(service.Address, "/health").ToString();

        Assert.Equal(0, await Probe.TryRunAsync(["--probe", url, .. ProbeSettings(_issued)]));
        Assert.StartsWith(
            $"{url} is unreachable: the certificate of 'user-service' is not from the configured authority",
            await FailAsync(ProbeSettings(_other)),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "To probe an https URL, set MutualTls:ProbeCertificate and MutualTls:Authority",
            await FailAsync([]),
            StringComparison.Ordinal);

        async Task<string> FailAsync(string[] settings)
        {
            using var error = StandardError.Capture();
            Assert.Equal(1, await Probe.TryRunAsync(["--probe", url, .. settings]));
            return error.Text;
        }
    }

    [Theory]
    [InlineData("MutualTls:Certificate", "", "is ''; it must be the path of a file")]
    [InlineData("MutualTls:Certificate", "/no/such/file.pem", "is '/no/such/file.pem': the file does not exist")]
    [InlineData("MutualTls:Authority", "/no/such/file.pem", "is '/no/such/file.pem': the file does not exist")]
    [InlineData("MutualTls:ReloadInterval", "00:00:00", "is '00:00:00'; it must be between")]
    public async Task Bad_setting_ends_the_service_with_a_line_that_says_what_is_allowed(string key, string value, string expected)
    {
        await using var process = ServerProcess.Start(
            typeof(BoardService).Assembly.GetName().Name!,
            [
                "user", "--urls=http://127.0.0.1:0",
                .. _issued.Settings(ResourceNames.UserService).Where(setting => setting.Key != key).Select(setting => $"--{setting.Key}={setting.Value}"),
                $"--{key}={value}",
            ]);

        Assert.Equal(1, await process.HasEndedAsync(TimeSpan.FromSeconds(60)));
        await Eventually.IsTrueAsync("the reason is logged", () => process.Output.Contains(key, StringComparison.Ordinal));
        Assert.Contains($"{key} {expected}", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _issued.Dispose();
        _other.Dispose();
    }

    private static string[] ProbeSettings(IssuedFolder folder) =>
    [
        $"--MutualTls:ProbeCertificate={folder.Folder.Certificate(ResourceNames.ProbeIdentity)}",
        $"--MutualTls:Authority={folder.Authority}",
    ];

    private X509Certificate2? Certificate(string who)
    {
        var now = TimeProvider.System.GetUtcNow();
        return who switch
        {
            "none" => null,
            "of another authority" => _other.Read(ResourceNames.GatewayIdentity),
            "expired" => _issued.IssueAside(ResourceNames.GatewayIdentity, CertificateRole.Client, now.AddDays(-100)),
            "not valid yet" => _issued.IssueAside(ResourceNames.GatewayIdentity, CertificateRole.Client, now.AddDays(2)),
            "of another service" => _issued.Read(ResourceNames.ChatService),
            "of another client" => _issued.IssueAside("somebody", CertificateRole.Client),
            "of a server named gateway" => _issued.IssueAside(ResourceNames.GatewayIdentity, CertificateRole.Server),
            _ => throw new ArgumentOutOfRangeException(nameof(who)),
        };
    }
}
