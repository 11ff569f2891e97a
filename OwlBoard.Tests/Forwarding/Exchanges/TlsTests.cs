using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.Tests.Certificates;
using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>Tests of TLS on either side of the forwarder.</summary>
[Trait("Category", "Integration")]
public sealed class TlsTests : IDisposable
{
    private readonly IssuedFolder _issued = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upstream_over_tls_sees_the_client_certificate_and_its_connection_is_used_again()
    {
        using var server = _issued.Read(ResourceNames.UserService);
        using var own = _issued.Read(ResourceNames.GatewayIdentity);
        var seen = new List<string?>();
        await using var upstream = RawUpstream.Start(
            async connection =>
            {
                seen.Add(((SslStream)connection.Stream).RemoteCertificate?.Subject);
                while (await connection.ReadRequestAsync() is { } request)
                {
                    await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {request.Body.Length}\r\n\r\n{request.Body}");
                }
            },
            server);
        await using var app = await ForwardingApp.StartAsync(upstream, connections: new()
        {
            ConnectTimeout = TimeSpan.FromSeconds(20),
            Tls = new SslClientAuthenticationOptions
            {
                TargetHost = ResourceNames.UserService,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == server.Subject,
            },
        });

        foreach (var length in new[] { 3, 12_000, 300_000, 5 })
        {
            var body = new string('x', length);
            var response = await RawClient.AskAsync(app.Address, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
            Assert.Equal((200, body), (response.Status, response.Body));
        }

        Assert.All(seen, subject => Assert.Equal(own.Subject, subject));
        Assert.InRange(upstream.Connections.Count, 1, 2);
    }

    [Fact]
    public async Task Upstream_whose_certificate_is_not_believed_gets_no_byte_of_the_request()
    {
        using var server = _issued.Read(ResourceNames.UserService);
        await using var upstream = RawUpstream.Start(async connection => await connection.ReadRequestAsync(), server);
        await using var app = await ForwardingApp.StartAsync(upstream, connections: new() { ConnectTimeout = TimeSpan.FromSeconds(20) });

        var response = await RawClient.AskAsync(app.Address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(502, response.Status);
        Assert.Equal([ForwarderError.Request], app.Outcomes);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Rush_of_requests_opens_a_few_connections_at_once_and_gives_up_handshakes_that_nobody_answers()
    {
        var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var accepted = 0;
        var accepting = Task.Run(async () =>
        {
            List<Socket> connections = [];
            while (true)
            {
                connections.Add(await silent.AcceptSocketAsync(Token));
                accepted++;
            }
        }, Token);
        await using var app = await ForwardingApp.StartAsync($"https://{silent.LocalEndpoint}/", new()
        {
            ConnectTimeout = TimeSpan.FromMinutes(1),
            HandshakeTimeout = TimeSpan.FromMilliseconds(500),
        });

        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => RawClient.AskAsync(app.Address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
            .WaitAsync(TimeSpan.FromSeconds(40), Token);

        Assert.All(responses, response => Assert.Equal(502, response.Status));
        // At most four handshakes run at once; further connections may start just before the requests fail.
        Assert.InRange(accepted, 4, 20);
        silent.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => accepting);
    }

    [Fact]
    public async Task Trailers_get_through_to_a_client_over_http_2()
    {
        using var certificate = _issued.Read(ResourceNames.UserService);
        // TLS on Windows and macOS requires a key that is not ephemeral; elsewhere this has no effect.
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\n\r\n");
        await using var app = await ForwardingApp.StartAsync(upstream, certificate: usable);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new() { RemoteCertificateValidationCallback = (_, server, _, _) => server is not null },
        });

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, app.TlsAddress) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await client.SendAsync(request, Token);

            Assert.Equal("abc", await response.Content.ReadAsStringAsync(Token));
            Assert.Equal(["x-sum: 42"], response.TrailingHeaders.Select(field => $"{field.Key}: {field.Value.Single()}"));
        }

        Assert.Single(upstream.Connections);
    }

    public void Dispose() => _issued.Dispose();
}
