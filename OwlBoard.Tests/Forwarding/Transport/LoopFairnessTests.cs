using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>One connection can neither monopolize nor break the loop.</summary>
[Trait("Category", "Integration")]
public sealed class LoopFairnessTests : IDisposable
{
    private readonly TcpListener _peers = new(IPAddress.Loopback, 0);
    private readonly CapturedLog _log = new();
    private readonly LoggerFactory _loggers;
    private readonly SocketLoops _loops;

    public LoopFairnessTests()
    {
        Assert.SkipUnless(SocketLoops.IsSupported, "Linux only.");
        _peers.Start();
        _loggers = new LoggerFactory([_log]);
        _loops = new SocketLoops(_loggers.CreateLogger<SocketLoops>());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _loops.Dispose();
        _peers.Dispose();
        _loggers.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Connection_that_is_always_ready_is_postponed_after_some_reads()
    {
        var (busy, sender) = await ConnectAsync();
        var loop = await LoopOfAsync(busy, sender);
        var (other, otherSender) = await ConnectAsync(loop);
        using (busy)
        using (sender)
        using (other)
        using (otherSender)
        {
            var (reads, readsUntilOther) = (0, int.MaxValue);
            var waiting = WaitForOtherAsync();
            // Every read but the first completes synchronously.
            var reading = ReadAllAsync();
            await sender.SendAsync(new byte[4096], Token);
            await reading.WaitAsync(Eventually.DefaultDeadline, Token);

            Assert.Equal(4096, reads);
            await waiting.WaitAsync(Eventually.DefaultDeadline, Token);
            Assert.InRange(readsUntilOther, 0, 64);

            async Task ReadAllAsync()
            {
                var buffer = new byte[1];
                while (reads < 4096)
                {
                    reads += await busy.ReceiveAsync(buffer).ConfigureAwait(false);
                    if (reads == 16)
                    {
                        // The other connection becomes ready during these reads.
                        otherSender.Send("!"u8);
                    }
                }
            }

            async Task WaitForOtherAsync()
            {
                await other.ReceiveAsync(new byte[1]).ConfigureAwait(false);
                readsUntilOther = reads - 16;
            }
        }
    }

    [Fact]
    public async Task Exception_of_one_operation_closes_its_connection_with_a_log_line_and_no_other()
    {
        var (healthy, sender) = await ConnectAsync();
        var loop = await LoopOfAsync(healthy, sender);
        using (healthy)
        using (sender)
        {
            for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
            {
                using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
                var accepting = _peers.AcceptSocketAsync(Token);
                await client.ConnectAsync(_peers.LocalEndpoint, Token);
                using var peer = await accepting;
                var operation = new ThrowingOperation();
                var broken = new LoopSocket(client, operation);
                operation.Broken = broken;
                operation.Wait();
                broken.Begin(_loops);
                await peer.SendAsync("!"u8.ToArray(), Token);

                await Eventually.IsTrueAsync("the connection is closed", () => broken.IsDisposed);
            }

            Assert.Equal(loop, await LoopOfAsync(healthy, sender));
            Assert.Equal(2 * Environment.ProcessorCount, _log.Lines.Count(line => line.StartsWith("Error: A socket operation threw", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Stopped_loops_close_what_is_open_and_end_their_threads()
    {
        var (socket, peer) = await ConnectAsync();
        using (peer)
        {
            var receiving = socket.ReceiveAsync(new byte[1]).AsTask();
            Assert.NotEmpty(Threads());

            await _loops.StoppedAsync(Token);

            await Assert.ThrowsAsync<SocketException>(() => receiving.WaitAsync(Eventually.DefaultDeadline, Token));
            Assert.Equal(0, await peer.ReceiveAsync(new byte[1], Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => LoopSocket.ConnectAsync(_loops, (IPEndPoint)_peers.LocalEndpoint, Token).AsTask());
        }

        static string[] Threads() => [.. Directory.GetDirectories("/proc/self/task").Select(task => File.ReadAllText(Path.Combine(task, "comm"))).Where(name => name.StartsWith("Sockets", StringComparison.Ordinal))];
    }

    private static async Task<SocketLoop?> LoopOfAsync(LoopSocket socket, Socket peer) => await await LoopBatch.AddAsync(
        peer, async () => await socket.ReceiveAsync(new byte[1]).ConfigureAwait(false), () => SocketLoop.Current);

    private async Task<(LoopSocket Socket, Socket Peer)> ConnectAsync(SocketLoop? loop = null)
    {
        while (true)
        {
            var accepting = _peers.AcceptSocketAsync(Token);
            var socket = await LoopSocket.ConnectAsync(_loops, (IPEndPoint)_peers.LocalEndpoint, Token);
            var peer = await accepting;
            if (loop is null || await LoopOfAsync(socket, peer) == loop)
            {
                return (socket, peer);
            }

            socket.Dispose();
            peer.Dispose();
        }
    }

    private sealed class ThrowingOperation : SocketOperation
    {
        public LoopSocket? Broken { get; set; }

        public override LoopSocket? Socket => Broken;

        public void Wait() => RunWhenReady();

        public override void Complete() => throw new NotSupportedException();

        protected override bool TryRun() => throw new InvalidOperationException("broken");

        protected override void OnClosed()
        {
        }
    }
}
