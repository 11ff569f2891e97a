using System.Net;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A client that sends its whole upload before it reads can still read the reason for the rejection.</summary>
[Trait("Category", "Integration")]
public sealed class RefusedUploadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 20971520", false)]
    [InlineData("Transfer-Encoding: chunked", true)]
    public async Task Upload_that_is_too_large_gets_413_although_it_is_sent_to_its_end_first(string field, bool isChunked)
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        gateway.Answer = context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);
        for (var i = 0; i < 5; i++)
        {
            using var client = await ConnectAsync(loadBalancer.Desktop);
            await SendAsync(client, $"POST /upload HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
            var block = new byte[64 * 1024];
            for (var sent = 0; sent < 20 * 1024 * 1024; sent += block.Length)
            {
                if (isChunked)
                {
                    await SendAsync(client, "10000\r\n");
                }

                await client.SendAsync(block, Token);
                if (isChunked)
                {
                    await SendAsync(client, "\r\n");
                }
            }

            Assert.StartsWith("HTTP/1.1 413 ", await ReadToEndAsync(client), StringComparison.Ordinal);
        }
    }

    /// <summary>After a response, Kestrel reads the rest of a request for 5 s and then aborts the connection.</summary>
    [Fact]
    public async Task Upload_that_a_gateway_refuses_at_once_may_go_on_and_its_client_reads_the_413()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            if (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large");
            }
        });
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Gateways:0:Address", upstream.Address), new("Gateways:0:Name", "gw-1")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 800000\r\n\r\n");
        for (var i = 0; i < 80; i++)
        {
            await client.SendAsync(new string('x', 10_000));
            await Task.Delay(100, Token);
        }

        var response = await client.ReadResponseAsync();

        Assert.Equal((413, "too large"), (response.Status, response.Body));
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Token);
        return client;
    }

    private static Task<int> SendAsync(Socket client, string text) => client.SendAsync(Encoding.ASCII.GetBytes(text), Token).AsTask();

    private static async Task<string> ReadToEndAsync(Socket client)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) is > 0 and var count)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
