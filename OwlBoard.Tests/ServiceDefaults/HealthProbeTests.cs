using System.Net;
using System.Net.Sockets;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.ServiceDefaults;

[Trait("Category", "Integration")]
public sealed class HealthProbeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null)]
    [InlineData("HTTP/1.0 204 No Content\r\n\r\n", null)]
    [InlineData("HTTP/1.1 301 Moved Permanently\r\n\r\n", "returned 301")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "returned 503")]
    [InlineData("HTTP/1.1 20", "did not return an HTTP/1.1 response")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n", "did not return an HTTP/1.1 response")]
    [InlineData("220 mail.example.org ESMTP\r\n", "did not return an HTTP/1.1 response")]
    [InlineData("", "did not return an HTTP/1.1 response")]
    public async Task Answer_is_judged_by_its_status(string answer, string? fault)
    {
        await using var server = RawUpstream.AnsweringOnceEach(answer);
        var url = new Uri($"{server.Address}/health?of=all");

        var found = await HealthProbe.FindFaultAsync(url, url.Host, certificates: null, Timeout, Cancellation);

        Assert.Equal(fault is null ? null : $"{url} {fault}", found);
        Assert.Equal($"GET /health?of=all HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\nConnection: close\r\n", Assert.Single(server.Requests).Head);
    }

    [Fact]
    public async Task Endpoint_that_does_not_answer_is_given_up_after_the_timeout()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var url = new Uri($"http://{server.LocalEndpoint}/health");

        var fault = await HealthProbe.FindFaultAsync(url, url.Host, certificates: null, TimeSpan.FromMilliseconds(50), Cancellation);

        Assert.Equal($"{url} did not respond within 0.05 s", fault);
    }

    [Fact]
    public async Task Port_on_which_nothing_listens_is_unreachable()
    {
        var url = new Uri($"http://localhost:{FreePort.Next()}/health");

        var fault = await HealthProbe.FindFaultAsync(url, url.Host, certificates: null, Timeout, Cancellation);

        Assert.Equal($"{url} is unreachable: Connection refused", fault);
    }

    [Fact]
    public async Task Waiting_ends_when_the_caller_gives_up()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var caller = new CancellationTokenSource();
        var url = new Uri($"http://{server.LocalEndpoint}/health");
        var question = HealthProbe.FindFaultAsync(url, url.Host, certificates: null, Timeout, caller.Token);
        using var connection = await server.AcceptSocketAsync(Cancellation);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
    }
}
