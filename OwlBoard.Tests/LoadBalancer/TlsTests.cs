using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class TlsTests : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private readonly CertificateFolder _files = new();
    private FakeGateway[] _gateways = [];

    private Uri Url => new($"https://localhost:{_port}/");

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(2);

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Requests_over_https_reach_the_gateways_which_learn_that_it_was_https(string version)
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, _files.Settings(_port));
        using var client = Client();

        using var response = await client.SendAsync(Request(HttpMethod.Get, version), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (response.StatusCode, response.Version));
        Assert.Equal(["OwlBoard-LB"], response.Headers.GetValues("X-Load-Balancer"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
        var received = _gateways.SelectMany(gateway => gateway.Received).Single();
        Assert.Equal("https", received.Header("X-Forwarded-Proto"));
        Assert.Equal($"{_port}", received.Header("X-Forwarded-Port"));
        Assert.Equal($"localhost:{_port}", received.Header("Host"));
    }

    [Fact]
    public async Task One_connection_of_HTTP2_has_no_more_requests_than_there_may_be_connections()
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. _files.Settings(_port), new("Limits:Connections", "2")]);
        using var refusals = new RecordedMetric(loadBalancer, "owlboard.requests_refused");
        using var client = Client();
        var release = new TaskCompletionSource();
        foreach (var gateway in _gateways)
        {
            gateway.Answer = _ => release.Task;
        }

        var served = new[] { AskAsync(), AskAsync() };
        await Eventually.IsTrueAsync("the gateways have both requests", () => _gateways.Sum(gateway => gateway.Received.Count) == 2);
        using var refused = await AskAsync();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpVersion.Version20), (refused.StatusCode, refused.Version));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(1, refusals.Sum);
        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(GatewayState.Healthy, gateway.Condition.State));
        release.SetResult();
        foreach (var response in await Task.WhenAll(served))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        using var next = await AskAsync();
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);

        Task<HttpResponseMessage> AskAsync() => client.SendAsync(Request(HttpMethod.Get, "2.0"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_mobile_listener_over_https_is_told_apart()
    {
        _files.Write(CertificateFolder.Issue("first"));
        var mobile = FreePort.Next();
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. _files.Settings(_port), new("Tls:MobilePort", $"{mobile}")]);
        using var client = Client();

        Assert.Equal("Load Balancer Healthy", await client.GetStringAsync(new Uri(Url, "/health"), TestContext.Current.CancellationToken));
        Assert.Equal("Load Balancer Healthy (Mobile)", await client.GetStringAsync($"https://localhost:{mobile}/health", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_over_http_2_is_sent_again_whole_to_another_gateway()
    {
        _files.Write(CertificateFolder.Issue("first"));
        _gateways[0].Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 503;
        };
        _gateways[1].Answer = async context =>
        {
            using var hash = SHA256.Create();
            await context.Response.WriteAsync(Convert.ToHexString(await hash.ComputeHashAsync(context.Request.Body)));
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. _files.Settings(_port), new("PassiveHealth:MaxFails", "0")]);
        using var client = Client();
        var body = RandomNumberGenerator.GetBytes(60_000);

        for (var i = 0; i < 4; i++)
        {
            using var request = Request(HttpMethod.Put, "2.0");
            request.Content = new ByteArrayContent(body);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.NotEmpty(_gateways[0].Received);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSockets_work_over_https(string version)
    {
        _files.Write(CertificateFolder.Issue("first"));
        foreach (var gateway in _gateways)
        {
            gateway.Answer = EchoAsync;
        }

        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. _files.Settings(_port), new("WebSockets:IdleTimeout", "00:00:01")]);
        using var client = Client();
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"wss://localhost:{_port}/"), client, TestContext.Current.CancellationToken);
        Assert.Equal(1, loadBalancer.Gateways.Sum(gateway => gateway.Active));

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        var buffer = new byte[16];
        var echo = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, echo.Count));

        // A WebSocket over HTTP/2 also ends by its idle timeout, not by the response timeout of a minute.
        await Eventually.IsTrueAsync("the gateway has no active request", () => loadBalancer.Gateways.Sum(gateway => gateway.Active) == 0);

        static async Task EchoAsync(HttpContext context)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[16];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
            {
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Clients_with_tls_1_2_and_1_3_are_served(SslProtocols protocol)
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, _files.Settings(_port));

        await using var connection = await ConnectAsync(protocol);

        Assert.Equal(protocol, connection.SslProtocol);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_knows_nothing_newer_than_tls_1_1_is_refused()
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, _files.Settings(_port));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, TestContext.Current.CancellationToken);

        // Build the ClientHello by hand, since TLS libraries no longer offer 1.1 (RFC 4346 section 7.4.1.2).
        byte[] extensions =
        [
            0x00, 0x0A, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // supported_groups: secp256r1
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00, // ec_point_formats: uncompressed
        ];
        byte[] hello =
        [
            0x03, 0x02, // client_version: TLS 1.1
            .. RandomNumberGenerator.GetBytes(32),
            0x00, // no session
            0x00, 0x08, 0xC0, 0x0A, 0xC0, 0x09, 0xC0, 0x14, 0x00, 0x2F, // cipher suites of that time
            0x01, 0x00, // no compression
            0x00, (byte)extensions.Length, .. extensions,
        ];
        byte[] record = [0x16, 0x03, 0x01, 0x00, (byte)(hello.Length + 4), 0x01, 0x00, 0x00, (byte)hello.Length, .. hello];
        await client.GetStream().WriteAsync(record, TestContext.Current.CancellationToken);
        var alert = new byte[7];
        await client.GetStream().ReadExactlyAsync(alert, TestContext.Current.CancellationToken);

        // A fatal alert: protocol_version (RFC 8446 section 6.2).
        const byte Alert = 21;
        const byte Fatal = 2;
        const byte ProtocolVersion = 70;
        Assert.Equal((Alert, Fatal, ProtocolVersion), (alert[0], alert[5], alert[6]));
    }

    [Fact]
    public async Task Intermediate_certificates_are_sent_along()
    {
        using var root = CertificateFolder.Issue("root", authority: true);
        using var intermediate = CertificateFolder.Issue("intermediate", issuer: root, authority: true);
        using var own = CertificateFolder.Issue("own", issuer: intermediate);
        _files.Write(own, issuer: intermediate);
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, _files.Settings(_port));
        // The client trusts only the root.
        using var client = Client((certificate, chain) =>
        {
            using var built = new X509Chain();
            built.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            built.ChainPolicy.CustomTrustStore.Add(root);
            built.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            built.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            return built.Build(certificate);
        });

        using var response = await client.GetAsync(Url, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("pkcs12")]
    [InlineData("encrypted key")]
    [InlineData("one file")]
    public async Task A_certificate_may_come_in_other_forms(string form)
    {
        using var certificate = CertificateFolder.Issue("other form");
        using var key = certificate.GetECDsaPrivateKey()!;
        _files.Write(certificate);
        var settings = _files.Settings(_port).ToDictionary();
        switch (form)
        {
            case "pkcs12":
                await File.WriteAllBytesAsync(_files.CertificatePath, certificate.Export(X509ContentType.Pkcs12, "open"), TestContext.Current.CancellationToken);
                settings.Remove("Tls:KeyPath");
                settings["Tls:Password"] = "open";
                break;
            case "encrypted key":
                var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("open", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));
                await File.WriteAllTextAsync(_files.KeyPath, encrypted, TestContext.Current.CancellationToken);
                settings["Tls:Password"] = "open";
                break;
            default:
                await File.AppendAllTextAsync(_files.CertificatePath, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
                settings.Remove("Tls:KeyPath");
                break;
        }

        await using var loadBalancer = TestLoadBalancer.Start(_gateways, settings);
        await using var connection = await ConnectAsync();

        Assert.Equal("CN=other form", connection.RemoteCertificate?.Subject);
    }

    [Fact]
    public async Task Hsts_is_sent_over_https_alone_and_survives_a_retry()
    {
        _files.Write(CertificateFolder.Issue("first"));
        _gateways[0].Answer = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. _files.Settings(_port), new("Tls:HstsMaxAge", "365.00:00:00")]);
        using var client = Client();

        for (var i = 0; i < 2; i++)
        {
            using var secure = await client.GetAsync(Url, TestContext.Current.CancellationToken);
            Assert.Equal(["max-age=31536000"], secure.Headers.GetValues("Strict-Transport-Security"));
        }

        Assert.NotEmpty(_gateways[0].Received);
        using var plain = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public void A_port_without_a_certificate_is_refused()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => TestLoadBalancer.Start(_gateways, [new("Tls:Port", $"{_port}")]));

        Assert.Equal(
            ["LoadBalancer:Tls:CertificatePath is ''; it must be the path of a certificate, since Tls:Port or Tls:MobilePort is set."],
            refused.Failures);
    }

    [Theory]
    [InlineData("missing", "LoadBalancer:Tls:KeyPath is '***'; it must be the path of a readable file.")]
    [InlineData("of another", "LoadBalancer:Tls:KeyPath is '***'; it must be the private key in PEM that belongs to the certificate.")]
    [InlineData("expired", "LoadBalancer:Tls:CertificatePath is '***'; it must be a currently valid certificate; this one is valid from ")]
    [InlineData("no certificate", "LoadBalancer:Tls:CertificatePath is '***'; it must be a certificate in PEM.")]
    public void A_certificate_that_cannot_be_used_is_refused_without_telling_where_it_is(string what, string message)
    {
        _files.Write(
            CertificateFolder.Issue("first", until: what == "expired" ? DateTimeOffset.UtcNow.AddDays(-1) : null),
            key: what == "of another" ? CertificateFolder.Issue("another") : null);
        if (what == "missing")
        {
            File.Delete(_files.KeyPath);
        }
        else if (what == "no certificate")
        {
            File.WriteAllText(_files.CertificatePath, "hello");
        }

        var refused = Assert.Throws<OptionsValidationException>(() => TestLoadBalancer.Start(_gateways, _files.Settings(_port)));

        Assert.StartsWith(message, Assert.Single(refused.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain(_files.KeyPath, refused.ToString(), StringComparison.Ordinal);
    }

    private static HttpClient Client(Func<X509Certificate2, X509Chain, bool>? accept = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => accept?.Invoke((X509Certificate2)certificate!, chain!) ?? true,
        },
    });

    private HttpRequestMessage Request(HttpMethod method, string version) => new(method, Url)
    {
        Version = Version.Parse(version),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private Task<SslStream> ConnectAsync(SslProtocols protocols = SslProtocols.None) => TlsConnection.OpenAsync(_port, protocols);

    private static Task<string> AskAsync(SslStream connection) => TlsConnection.AskAsync(connection);
}
