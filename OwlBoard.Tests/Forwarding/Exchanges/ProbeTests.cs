using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Transport;
using OwlBoard.ServiceDefaults;
using OwlBoard.Tests.Certificates;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Connections;

namespace OwlBoard.Tests.Forwarding.Exchanges;

[Trait("Category", "Integration")]
public sealed class ProbeTests : IDisposable
{
    private readonly TestClients _clients = new();
    private readonly CancellationTokenSource _end = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", HttpStatusCode.OK)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", HttpStatusCode.ServiceUnavailable)]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\nnothing", HttpStatusCode.NotFound)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", HttpStatusCode.NoContent)]
    public async Task Answers_status_comes_back_and_the_connection_is_closed(string answer, HttpStatusCode status)
    {
        await using var upstream = RawUpstream.Answering(answer);
        using var client = _clients.Create();

        Assert.Equal(status, await AskAsync(client, upstream.Address, $"{upstream.Address}/health?a=b%20c"));

        var request = Assert.Single(upstream.Requests);
        Assert.Equal("GET /health?a=b%20c HTTP/1.1", request.Line);
        Assert.Equal($"127.0.0.1:{upstream.Port}", request.Field("Host"));
        Assert.Equal("Probe/1.0 (of a test)", request.Field("User-Agent"));
        Assert.Equal("close", request.Field("Connection"));
        await Assert.Single(upstream.Connections).Closed.WaitAsync(Eventually.DefaultDeadline, Token);
        var pool = client.PoolFor(upstream.Address);
        Assert.Equal((0, 0), (pool.Idle, pool.Used));
    }

    [Fact]
    public async Task Answer_that_comes_byte_by_byte_or_with_a_large_head_is_read()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            foreach (var character in "HTTP/1.1 200 OK\r\n")
            {
                await connection.SendAsync($"{character}");
            }

            await connection.SendAsync($"X-Long: {new string('x', 60_000)}\r\n\r\n");
        });
        using var client = _clients.Create();

        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, upstream.Address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")]
    public async Task No_answer_or_one_that_is_none_is_an_error_which_names_the_upstream(string answer)
    {
        await using var upstream = RawUpstream.AnsweringOnceEach(answer);
        using var client = _clients.Create();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(client, upstream.Address));
        Assert.StartsWith($"The probe of 127.0.0.1:{upstream.Port} failed: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Floods_of_fields_and_of_interim_answers_are_errors()
    {
        await using var endless = RawUpstream.AnsweringOnceEach($"HTTP/1.1 200 OK\r\nX: {new string('x', 200_000)}");
        await using var interim = RawUpstream.AnsweringOnceEach(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100)));
        using var client = _clients.Create();

        foreach (var upstream in new[] { endless, interim })
        {
            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(client, upstream.Address));
            Assert.Equal(HttpRequestError.InvalidResponse, failure.HttpRequestError);
        }
    }

    [Fact]
    public async Task Nobody_there_and_a_reset_are_errors()
    {
        await using var resetting = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        });
        using var client = _clients.Create();

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(client, $"http://127.0.0.1:{FreePort.Next()}"));
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(client, resetting.Address));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelled_while_it_waits_it_ends_as_cancelled_and_closes_its_connection(bool isTls)
    {
        using var issued = new IssuedFolder();
        using var server = issued.Read(ResourceNames.UserService);
        using var own = issued.Read(ResourceNames.GatewayIdentity);
        var asked = new TaskCompletionSource();
        await using var upstream = RawUpstream.Start(
            async connection =>
            {
                await connection.ReadRequestAsync();
                asked.SetResult();
            },
            isTls ? server : null);
        using var client = _clients.Create(new()
        {
            Tls = new SslClientAuthenticationOptions
            {
                TargetHost = ResourceNames.UserService,
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == server.Subject,
            },
        });

        var asking = AskAsync(client, upstream.Address);
        await asked.Task.WaitAsync(Eventually.DefaultDeadline, Token);
        await _end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Assert.Single(upstream.Connections).Closed.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Whoever_asked_goes_on_on_the_thread_pool()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\n\r\n");
        using var client = _clients.Create();

        Assert.Equal((null, true), await AskAsync());

        async Task<(SocketLoop? Loop, bool IsPoolThread)> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, upstream.Address);
            using var response = await client.ProbeAsync(upstream.Address, request, Token).ConfigureAwait(false);
            return (SocketLoop.Current, Thread.CurrentThread.IsThreadPoolThread);
        }
    }

    [Fact]
    public async Task Field_with_a_line_break_is_not_sent()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\n\r\n");
        using var client = _clients.Create();
        using var request = new HttpRequestMessage(HttpMethod.Get, upstream.Address);
        request.Headers.TryAddWithoutValidation("X-Own", "a\rb");

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ProbeAsync(upstream.Address, request, Token));
        Assert.Empty(upstream.Requests);
    }

    public void Dispose()
    {
        _end.Dispose();
        _clients.Dispose();
    }

    private async Task<HttpStatusCode> AskAsync(UpstreamClient client, string address, string? uri = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri ?? $"{address}/health");
        request.Headers.Add("User-Agent", "Probe/1.0 (of a test)");
        using var response = await client.ProbeAsync(address, request, _end.Token).WaitAsync(Eventually.DefaultDeadline, Token);
        return response.StatusCode;
    }
}
