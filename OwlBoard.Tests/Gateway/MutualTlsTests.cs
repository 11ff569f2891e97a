using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Tests.Certificates;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Gateway;

/// <summary>Tests of the mutual trust between the gateway and the services.</summary>
[Trait("Category", "Integration")]
public sealed class MutualTlsTests : IDisposable
{
    private readonly IssuedFolder _issued = IssuedFolder.WithOldAuthority();
    private readonly IssuedFolder _other = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Service_that_takes_gateways_only_takes_this_one()
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        await using var gateway = Start(service.Address);

        using var users = await gateway.Client.GetAsync("/api/users/", Token);
        using var health = await gateway.Client.GetAsync("/api/users/health", Token);

        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Theory]
    [InlineData("of another service", "the certificate is that of 'chat-service', not of 'user-service'")]
    [InlineData("of another authority", "the certificate of 'user-service' is not from the configured authority but from 'CN=OwlBoard authority")]
    [InlineData("expired", "the certificate of 'user-service' expired on ")]
    [InlineData("of the gateway itself", "the certificate of 'gateway' is not for this use")]
    [InlineData("self-signed", "the certificate of 'user-service' is not from the configured authority but from 'CN=user-service'")]
    public async Task Service_with_a_certificate_that_is_not_trusted_is_502_naming_it_and_the_log_says_why(string which, string reason)
    {
        using var certificate = Certificate(which);
        await using var service = await FakeService.StartAsync(certificate: certificate);
        await using var gateway = Start(new Uri(service.Address));

        using var response = await gateway.Client.GetAsync("/api/users/1", Token);

        await AssertNotTrustedAsync(response);
        Assert.Empty(service.Requests);
        Assert.Contains(gateway.Logs.Lines, line => line.StartsWith($"Error: user-service is not trusted: {reason}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Right_certificate_is_accepted()
    {
        using var certificate = _issued.Read(ResourceNames.UserService);
        await using var service = await FakeService.StartAsync(certificate: certificate);
        await using var gateway = Start(new Uri(service.Address));

        Assert.Equal("/users/1", await gateway.Client.GetStringAsync("/api/users/1", Token));
    }

    [Fact]
    public async Task Mistrust_is_not_mistaken_for_a_service_that_is_down_and_is_logged_once_in_ten_seconds()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var certificate = _other.Read(ResourceNames.UserService);
        await using var service = await FakeService.StartAsync(certificate: certificate);
        await using var gateway = Start(new Uri(service.Address), time);

        for (var i = 0; i < 20; i++)
        {
            using var response = await gateway.Client.GetAsync("/api/users/1", Token);
            await AssertNotTrustedAsync(response);
        }

        Assert.Single(gateway.Logs.Lines, line => line.Contains("is not trusted", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromSeconds(11));
        using var later = await gateway.Client.GetAsync("/api/users/1", Token);
        await AssertNotTrustedAsync(later);
        Assert.Equal(2, gateway.Logs.Lines.Count(line => line.Contains("is not trusted", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Service_that_speaks_no_tls_is_not_spoken_to_in_plain_text()
    {
        await using var service = await FakeService.StartAsync();
        await using var gateway = Start(new UriBuilder(service.Address) { Scheme = "https" }.Uri);

        using var response = await gateway.Client.GetAsync("/api/users/1", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("The TLS handshake with user-service failed.", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Without_an_authority_no_service_is_believed()
    {
        using var certificate = _issued.Read(ResourceNames.UserService);
        await using var service = await FakeService.StartAsync(certificate: certificate);
        await using var gateway = TestGateway.Start(settings: [("Gateway:Services:users", service.Address)]);

        using var response = await gateway.Client.GetAsync("/api/users/1", Token);

        await AssertNotTrustedAsync(response);
        Assert.Contains(gateway.Logs.Lines, line => line.Contains("no authority is configured", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_that_refuses_the_gateways_certificate_is_502_naming_it()
    {
        await using var service = await MutualTlsService.StartAsync(_issued);
        await using var gateway = TestGateway.Start(settings:
        [
            ("Gateway:Services:users", service.Address.ToString()),
            ("MutualTls:Certificate", _issued.Folder.Certificate(ResourceNames.ChatService)),
            ("MutualTls:Authority", _issued.Authority),
        ]);

        using var response = await gateway.Client.GetAsync("/api/users/1", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("user-service", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Contains(service.Logs.Lines, line => line.Contains("refused: the certificate of 'chat-service'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Renewal_of_everything_under_a_hundred_requests_per_second_fails_none()
    {
        using var issued = new IssuedFolder(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-61)));
        var handshakes = new ConcurrentDictionary<string, bool>();
        await using var service = await MutualTlsService.StartAsync(issued, customize: builder =>
            builder.Services.AddSingleton<IStartupFilter>(new EveryFifthConnectionCloses(handshakes)));
        await using var gateway = Start(service.Address, issued: issued);
        using var warm = await gateway.Client.GetAsync("/api/users/health", Token);
        var before = service.Certificates.Current!;
        await using var load = SteadyLoad.Start(new Uri(gateway.Client.BaseAddress!, "/api/users/health"), requestsPerSecond: 100, readsOnly: true);
        await HandshakesAsync(handshakes, 20);

        // All certificates are due.
        issued.Issue();
        var ofGateway = gateway.Services.GetRequiredService<MutualTlsCertificates>();
        await Eventually.IsTrueAsync("both sides use the new certificates", () =>
            IsCurrent(service.Certificates, ResourceNames.UserService) && IsCurrent(ofGateway, ResourceNames.GatewayIdentity));
        Assert.NotEqual(before.Own.Thumbprint, service.Certificates.Current!.Own.Thumbprint);
        await HandshakesAsync(handshakes, 20);

        // The authority is replaced: the service has a certificate of the new one first, then the gateway.
        File.Delete(issued.Folder.AuthorityKey);
        foreach (var identity in new[] { ResourceNames.UserService, ResourceNames.GatewayIdentity })
        {
            issued.Issue();
            await Eventually.IsTrueAsync("both sides trust both authorities", () =>
                service.Certificates.Current!.Authorities.Count == 2 && ofGateway.Current!.Authorities.Count == 2);
            File.Delete(issued.Folder.Certificate(identity));
            issued.Issue();
            await Eventually.IsTrueAsync("both sides use the new certificate", () =>
                IsCurrent(service.Certificates, ResourceNames.UserService) && IsCurrent(ofGateway, ResourceNames.GatewayIdentity));
            await HandshakesAsync(handshakes, 20);
        }

        await load.StopAsync();
        Assert.True(load.Samples.Count >= 200, $"Only {load.Samples.Count} requests were sent.");
        Assert.DoesNotContain(load.Samples, sample => sample.Failure is not null);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{load.Samples.Count} requests, {handshakes.Count} connections, 0 failures"));

        bool IsCurrent(MutualTlsCertificates certificates, string identity)
        {
            using var issuedNow = issued.Read(identity);
            return certificates.Current!.Own.Thumbprint == issuedNow.Thumbprint;
        }
    }

    public void Dispose()
    {
        _issued.Dispose();
        _other.Dispose();
    }

    private static Task HandshakesAsync(ConcurrentDictionary<string, bool> handshakes, int more)
    {
        var target = handshakes.Count + more;
        return Eventually.IsTrueAsync($"{target} connections are open", () => handshakes.Count >= target, TimeSpan.FromSeconds(60));
    }

    private static async Task AssertNotTrustedAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("user-service", problem.GetProperty("service").GetString());
        Assert.Equal("The certificate of user-service is not trusted.", problem.GetProperty("detail").GetString());
        Assert.Equal(
            ["detail", "instance", "service", "status", "title", "type"],
            problem.EnumerateObject().Select(property => property.Name).Where(name => name != "traceId").Order());
    }

    private TestGateway Start(Uri users, TimeProvider? time = null, IssuedFolder? issued = null) => TestGateway.Start(time: time, settings:
    [
        ("Gateway:Services:users", users.ToString()),
        // The test is about trust; a busy machine may need long for a handshake.
        ("Gateway:ConnectTimeout", "00:00:10"),
        .. (issued ?? _issued).Settings(ResourceNames.GatewayIdentity),
    ]);

    private X509Certificate2 Certificate(string which)
    {
        switch (which)
        {
            case "of another service":
                return _issued.Read(ResourceNames.ChatService);
            case "of another authority":
                return _other.Read(ResourceNames.UserService);
            case "expired":
                return _issued.IssueAside(ResourceNames.UserService, CertificateRole.Server, TimeProvider.System.GetUtcNow().AddDays(-100));
            case "of the gateway itself":
                return _issued.Read(ResourceNames.GatewayIdentity);
            default:
                using (var key = System.Security.Cryptography.ECDsa.Create())
                {
                    var request = new CertificateRequest("CN=user-service", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
                    var names = new SubjectAlternativeNameBuilder();
                    names.AddDnsName("user-service");
                    request.CertificateExtensions.Add(names.Build());
                    return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
                }
        }
    }

    /// <summary>Closes every fifth connection, so that new handshakes take place all the time.</summary>
    private sealed class EveryFifthConnectionCloses(ConcurrentDictionary<string, bool> connections) : IStartupFilter
    {
        private int _requests;

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                connections.TryAdd(context.Connection.Id, true);
                if (Interlocked.Increment(ref _requests) % 5 == 0)
                {
                    context.Response.Headers.Connection = "close";
                }

                return following(context);
            });
            next(app);
        };
    }
}
