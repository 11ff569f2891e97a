using System.Net.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>A peer that stops reading pauses the sender, without growing buffers.</summary>
[Trait("Category", "Integration")]
public sealed class BackPressureTests
{
    private const long Total = 64 * 1024 * 1024;

    /// <summary>The most that the kernel and Kestrel buffer for one connection each, with a wide margin.</summary>
    private const long MostInBetween = 32 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 67108864\r\n\r\n", "", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "10000\r\n", "\r\n")]
    [InlineData("Connection: close\r\n\r\n", "", "")]
    public async Task Response_is_not_read_from_the_upstream_faster_than_the_client_takes_it(string framing, string before, string after)
    {
        long sent = 0;
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\n{framing}");
            var block = new string('x', 65536);
            while (Interlocked.Read(ref sent) < Total)
            {
                await connection.SendAsync($"{before}{block}{after}");
                Interlocked.Add(ref sent, block.Length);
            }

            await connection.SendAsync(before.Length > 0 ? "0\r\n\r\n" : "");
            connection.EndSending();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", app.Address.Port, Token);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);

        await StandsStillAsync(() => Interlocked.Read(ref sent));
        Assert.InRange(Interlocked.Read(ref sent), 1, MostInBetween);

        Assert.InRange(await DrainAsync(client.GetStream()), Total, Total + (Total / 100));
    }

    [Fact]
    public async Task Request_body_is_not_read_from_the_client_faster_than_the_upstream_takes_it()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long received = 0;
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await goOn.Task;
            var buffer = new byte[65536];
            // The first bytes of the body may have arrived with the head, so fewer are left here.
            while (received < Total - (256 * 1024))
            {
                var count = await connection.Stream.ReadAsync(buffer, Token);
                Assert.True(count > 0, $"The connection ended after {received} bytes.");
                received += count;
            }

            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", app.Address.Port, Token);
        var stream = client.GetStream();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 67108864\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
        long sent = 0;
        var sending = Task.Run(async () =>
        {
            while (Interlocked.Read(ref sent) < Total)
            {
                await stream.WriteAsync(new byte[65536], Token);
                Interlocked.Add(ref sent, 65536);
            }
        }, Token);

        await StandsStillAsync(() => Interlocked.Read(ref sent));
        Assert.InRange(Interlocked.Read(ref sent), 1, MostInBetween);

        goOn.SetResult();
        await sending.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.True(await DrainAsync(stream) > 0);
    }

    private static async Task StandsStillAsync(Func<long> count)
    {
        var (last, same) = (-1L, 0);
        await Eventually.IsTrueAsync("no more bytes are read", () =>
        {
            var now = count();
            same = now == last && now > 0 ? same + 1 : 0;
            last = now;
            return same >= 20;
        }, TimeSpan.FromSeconds(60));
    }

    private static async Task<long> DrainAsync(NetworkStream stream)
    {
        long total = 0;
        var buffer = new byte[65536];
        while (await stream.ReadAsync(buffer, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) is > 0 and var count)
        {
            total += count;
        }

        return total;
    }
}
