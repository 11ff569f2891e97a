using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Gateway;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A client that reads slowly receives its whole response.</summary>
[Trait("Category", "Integration")]
public sealed class SlowClientTests
{
    private const int Length = 20 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Kestrel's minimum data rate would abort a client after a flush of such a body had waited for 5 s.</summary>
    [Fact]
    public async Task Response_with_a_length_is_whole_for_a_client_that_pauses()
    {
        await using var upstream = await StartUpstreamAsync();
        await using var loadBalancer = TestLoadBalancer.Start([upstream]);

        Assert.Equal(Length, await DownloadAsync(loadBalancer.Desktop, "/file", TimeSpan.FromSeconds(8)));
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task Response_is_whole_through_load_balancer_and_gateway_for_a_client_that_pauses()
    {
        await using var service = await FakeService.StartAsync();
        service.Answer = AnswerAsync;
        await using var gateway = TestGateway.Start(service);
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Gateways:0:Address", gateway.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)), new("Gateways:0:Name", "gw-1")]);

        Assert.Equal(Length, await DownloadAsync(loadBalancer.Desktop, "/api/canvas/file", TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task Client_that_accepts_nothing_for_the_time_limit_is_cut_and_no_gateway_is_blamed()
    {
        await using var upstream = await StartUpstreamAsync();
        await using var loadBalancer = TestLoadBalancer.Start([upstream], [new("Timeouts:ClientSend", "00:00:00.5")]);
        using var client = await AskAsync(loadBalancer.Desktop, "/file");
        await client.ReceiveAsync(new byte[100], Token);

        var started = Stopwatch.GetTimestamp();
        await Eventually.IsTrueAsync("the request has ended", () => loadBalancer.Gateway("gw-1").Active == 0);

        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(0.4));
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    private static async Task<FakeGateway> StartUpstreamAsync()
    {
        var upstream = await FakeGateway.StartAsync("gw-1");
        upstream.Answer = AnswerAsync;
        return upstream;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        // The upstream's own minimum data rate must not affect the test.
        context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>()!.MinDataRate = null;
        context.Response.ContentLength = Length;
        var block = new byte[64 * 1024];
        for (var i = 0; i < Length / block.Length; i++)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
    }

    private static async Task<Socket> AskAsync(Uri address, string path)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Token);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"), Token);
        return client;
    }

    /// <returns>The number of received bytes of the body.</returns>
    private static async Task<long> DownloadAsync(Uri address, string path, TimeSpan pause)
    {
        using var client = await AskAsync(address, path);
        var buffer = new byte[64 * 1024];
        var count = await client.ReceiveAsync(buffer, Token);
        var head = Encoding.ASCII.GetString(buffer, 0, count);
        Assert.StartsWith("HTTP/1.1 200 OK", head, StringComparison.Ordinal);
        var length = count - head.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4L;
        await Task.Delay(pause, Token);
        while (length < Length && await client.ReceiveAsync(buffer, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) is > 0 and var more)
        {
            length += more;
        }

        return length;
    }
}
