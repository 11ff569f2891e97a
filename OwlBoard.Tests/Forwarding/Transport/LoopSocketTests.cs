using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Integration")]
public sealed class LoopSocketTests : IDisposable
{
    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);

    public LoopSocketTests()
    {
        Assert.SkipUnless(SocketLoops.IsSupported, "Linux only.");
        _upstream.Start();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IPEndPoint Address => (IPEndPoint)_upstream.LocalEndpoint;

    public void Dispose() => _upstream.Dispose();

    [Fact]
    public async Task Messages_go_both_ways()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var buffer = new byte[10];
            for (byte i = 0; i < 100; i++)
            {
                var receiving = socket.ReceiveAsync(buffer);
                Assert.False(receiving.IsCompleted);
                await upstream.SendAsync(new[] { i, i }, Token);
                Assert.Equal(2, await receiving);
                await socket.SendAsync(buffer.AsMemory(0, 2));
                Assert.Equal(2, await upstream.ReceiveAsync(buffer.AsMemory(5), Token));
                Assert.Equal(buffer[..2], buffer[5..7]);
            }
        }
    }

    [Fact]
    public async Task End_and_reset_are_told_also_to_whoever_asks_later()
    {
        var (ended, upstream) = await ConnectAsync();
        await upstream.SendAsync("abc"u8.ToArray(), Token);
        upstream.Shutdown(SocketShutdown.Send);
        var buffer = new byte[10];
        Assert.Equal(3, await ended.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal(0, await ended.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal(0, await ended.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        ended.Dispose();
        upstream.Dispose();

        var (reset, resetting) = await ConnectAsync();
        resetting.LingerState = new LingerOption(true, 0);
        resetting.Dispose();
        await Assert.ThrowsAsync<SocketException>(() => reset.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal(0, await reset.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        reset.Dispose();
    }

    /// <summary>A zero-byte read, as <see cref="System.Net.Security.SslStream"/> uses to hold no buffer while it waits.</summary>
    [Fact]
    public async Task With_an_empty_buffer_it_waits_for_something_and_leaves_it_there()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        {
            var buffer = new byte[10];
            for (byte i = 0; i < 100; i++)
            {
                var waiting = socket.ReceiveAsync(Memory<byte>.Empty);
                Assert.False(waiting.IsCompleted);
                await upstream.SendAsync(new[] { i }, Token);
                Assert.Equal(0, await waiting.AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
                Assert.Equal(1, await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
                Assert.Equal(i, buffer[0]);
            }

            var forTheEnd = socket.ReceiveAsync(Memory<byte>.Empty);
            upstream.Dispose();
            Assert.Equal(0, await forTheEnd.AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
            Assert.Equal(0, await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        }

        Assert.Equal(SocketError.OperationAborted, (await Assert.ThrowsAsync<SocketException>(
            () => socket.ReceiveAsync(Memory<byte>.Empty).AsTask().WaitAsync(Eventually.DefaultDeadline, Token))).SocketErrorCode);
    }

    [Fact]
    public async Task More_than_the_kernel_takes_is_sent_as_the_upstream_reads_it()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var sent = AcceptedConnection.Bytes(20_000_000);
            var sending = socket.SendAsync(sent);
            Assert.False(sending.IsCompleted);
            var received = new byte[sent.Length];
            await new NetworkStream(upstream).ReadExactlyAsync(received, Token);

            await sending;
            Assert.Equal(sent, received);
        }
    }

    [Fact]
    public async Task In_a_batch_it_is_sent_once_everything_else_has_gone_on()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var seen = await InBatchAsync(socket, upstream, () =>
            {
                var sending = socket.SendInBatchAsync("abc"u8.ToArray()).AsTask();
                return (sending.IsCompletedSuccessfully, socket.Sending, upstream.Available);
            });
            Assert.Equal((true, SendStage.Queued, 0), seen);

            var received = new byte[10];
            Assert.Equal(3, await upstream.ReceiveAsync(received, Token));
            Assert.Equal(SendStage.Done, socket.Sending);

            // The test's thread does not belong to a loop.
            await socket.SendInBatchAsync("defg"u8.ToArray());
            Assert.Equal(SendStage.Done, socket.Sending);
            Assert.Equal(4, await upstream.ReceiveAsync(received, Token));
        }
    }

    [Fact]
    public async Task In_a_batch_the_kernel_is_given_what_it_takes_and_the_rest_later()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var sent = AcceptedConnection.Bytes(20_000_000);
            await InBatchAsync(socket, upstream, () => socket.SendInBatchAsync(sent).AsTask());
            await Eventually.IsTrueAsync("the send has begun", () => socket.Sending == SendStage.Begun);

            var received = new byte[sent.Length];
            await new NetworkStream(upstream).ReadExactlyAsync(received, Token);
            Assert.Equal(sent, received);
            await Eventually.IsTrueAsync("the send is complete", () => socket.Sending == SendStage.Done);
        }
    }

    [Fact]
    public async Task In_a_batch_what_is_sent_by_itself_does_not_overtake_what_is_left_to_the_end()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            await await InBatchAsync(socket, upstream, async () =>
            {
                await socket.SendInBatchAsync("abc"u8.ToArray());
                await socket.SendAsync("def"u8.ToArray());
            });

            var received = new byte[6];
            await new NetworkStream(upstream).ReadExactlyAsync(received, Token);
            Assert.Equal("abcdef"u8.ToArray(), received);
        }
    }

    [Fact]
    public async Task In_a_batch_what_is_left_to_the_end_can_be_taken_back_until_it_is_sent()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var taken = await await InBatchAsync(socket, upstream, async () =>
            {
                await socket.SendInBatchAsync("abc"u8.ToArray());
                var first = socket.TryWithdraw();
                return (first, socket.TryWithdraw(), socket.Sending);
            });
            Assert.Equal((true, false, SendStage.Withdrawn), taken);

            await await InBatchAsync(socket, upstream, () => socket.SendInBatchAsync("def"u8.ToArray()).AsTask());
            var received = new byte[10];
            Assert.Equal(3, await upstream.ReceiveAsync(received, Token));
            Assert.Equal("def"u8.ToArray(), received[..3]);
            Assert.False(socket.TryWithdraw());
        }
    }

    [Fact]
    public async Task In_a_batch_an_error_of_sending_is_told_to_whoever_receives()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var receiving = await InBatchAsync(socket, upstream, () =>
            {
                socket.Shutdown(SocketShutdown.Send);
                SendInBatch(socket);
                return socket.ReceiveAsync(new byte[1]).AsTask();
            });

            var failure = await Assert.ThrowsAsync<SocketException>(() => receiving.WaitAsync(Eventually.DefaultDeadline, Token));
            Assert.Equal(SocketError.Shutdown, failure.SocketErrorCode);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Closed_in_a_batch_of_its_loop_nobody_gets_its_descriptor_before_the_end(bool isByAnotherThread)
    {
        var (socket, upstream) = await ConnectAsync();
        using (upstream)
        {
            var descriptor = $"/proc/self/fd/{socket.Handle.DangerousGetHandle()}";
            var itself = LinkOf(descriptor);
            var (sent, received, atTheEnd) = await InBatchAsync(socket, upstream, () =>
            {
                if (isByAnotherThread)
                {
                    var closing = new Thread(socket.Dispose);
                    closing.Start();
                    closing.Join();
                }
                else
                {
                    socket.Dispose();
                }

                socket.TrySend("abc"u8, out _, out var sending);
                socket.TryReceive(new byte[1], out _, out var receiving);
                return (sending, receiving, LinkOf(descriptor));
            });

            Assert.Equal(SocketError.OperationAborted, sent);
            Assert.Equal(SocketError.OperationAborted, received);
            Assert.Equal(itself, atTheEnd);
            Assert.Equal(0, await upstream.ReceiveAsync(new byte[1], Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
            await Eventually.IsTrueAsync("the descriptor is closed", () => LinkOf(descriptor) != itself);
        }

        static string? LinkOf(string descriptor) => new FileInfo(descriptor).LinkTarget;
    }

    [Fact]
    public async Task Closed_while_its_loop_waits_for_events_it_does_not_wait_for_one()
    {
        var (socket, upstream) = await ConnectAsync();
        using (upstream)
        {
            await socket.SendAsync("abc"u8.ToArray());
            socket.Dispose();

            // The socket may still be part of the batch in which it connected.
            await Eventually.IsTrueAsync("the socket is closed", () => socket.Handle.IsClosed);
            Assert.False(socket.TrySend("abc"u8, out _, out var error));
            Assert.Equal(SocketError.OperationAborted, error);
        }
    }

    [Fact]
    public async Task In_a_batch_that_takes_long_what_is_ready_does_not_wait_for_its_end()
    {
        await using var batch = await LoopBatch.OpenAsync(clients: 9);
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            await batch.StandAsync();

            // One client that sends, followed by slow ones.
            var sending = await batch.AddClientAsync(() => SendInBatch(socket));
            var slow = new List<Task<bool>>();
            for (var i = 0; i < 8; i++)
            {
                slow.Add(await batch.AddClientAsync(() =>
                {
                    var began = Stopwatch.GetTimestamp();
                    SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(2));
                    return IsThere(upstream);
                }));
            }

            batch.Go();
            Assert.Equal(SendStage.Queued, await sending);
            var seen = await Task.WhenAll(slow);
            Assert.False(seen[0]);
            Assert.True(seen[^1]);
        }
    }

    [Fact]
    public async Task While_little_happens_what_is_ready_does_not_wait_for_the_others_of_its_batch()
    {
        await using var batch = await LoopBatch.OpenAsync(clients: 2);
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            await batch.StandAsync();
            var sending = await batch.AddClientAsync(() => SendInBatch(socket));
            var isThere = await batch.AddClientAsync(() => IsThere(upstream));
            batch.Go();

            Assert.Equal(SendStage.Queued, await sending);
            Assert.True(await isThere);
        }
    }

    /// <summary>Before a request is sent, the loop has handled what its upstream connections received.</summary>
    [Fact]
    public async Task Clients_go_on_after_upstreams_and_no_request_is_sent_before_that()
    {
        await using var batch = await LoopBatch.OpenAsync(clients: 1);
        var (first, itsUpstream) = await ConnectAsync(batch.Loop);
        var (second, other) = await ConnectAsync(batch.Loop);
        using (first)
        using (second)
        using (itsUpstream)
        using (other)
        {
            await batch.StandAsync();
            var order = new List<(string Who, SendStage Request)>();
            var client = await batch.AddClientAsync(() => Look("client"));
            var sending = await AddToBatchAsync(first, itsUpstream, () =>
            {
                SendInBatch(first);
                return Look("upstream");
            });
            var waiting = await AddToBatchAsync(second, other, () => Look("upstream"));
            batch.Go();

            await Task.WhenAll(client, sending, waiting);
            Assert.Equal([("upstream", SendStage.Queued), ("upstream", SendStage.Queued), ("client", SendStage.Queued)], order);

            bool Look(string who)
            {
                order.Add((who, first.Sending));
                return true;
            }
        }
    }

    [Fact]
    public async Task In_a_batch_time_stands_still_and_goes_on_for_everybody_else()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            var before = TimeProvider.System.GetTimestamp();
            var first = await InBatchAsync(socket, upstream, () => Twice(LoopTime.Instance));
            Assert.Equal(first[0], first[1]);
            Assert.InRange(first[0].Timestamp, before, TimeProvider.System.GetTimestamp());

            var second = await InBatchAsync(socket, upstream, () => Twice(LoopTime.Instance));
            Assert.True(second[0].Timestamp > first[1].Timestamp);
            Assert.True(second[0].UtcNow > first[1].UtcNow);

            var others = Twice(LoopTime.Instance);
            Assert.True(others[1].Timestamp > others[0].Timestamp);
            Assert.True(others[1].UtcNow > others[0].UtcNow);
        }

        static (long Timestamp, DateTimeOffset UtcNow)[] Twice(TimeProvider time)
        {
            var first = (time.GetTimestamp(), time.GetUtcNow());
            SpinWait.SpinUntil(() => TimeProvider.System.GetUtcNow() > first.Item2 && TimeProvider.System.GetTimestamp() > first.Item1);
            return [first, (time.GetTimestamp(), time.GetUtcNow())];
        }
    }

    [Fact]
    public async Task Whoever_closes_it_under_a_lock_does_not_run_what_waited_for_it()
    {
        var (socket, upstream) = await ConnectAsync();
        using (upstream)
        {
            var closer = Environment.CurrentManagedThreadId;
            var isClosing = true;
            var ranMeanwhile = false;
            var receiving = WaitAsync();
            socket.Dispose();
            isClosing = false;

            await Assert.ThrowsAsync<SocketException>(() => receiving.WaitAsync(Eventually.DefaultDeadline, Token));
            Assert.False(ranMeanwhile);
            await Assert.ThrowsAsync<SocketException>(() => socket.ReceiveAsync(new byte[1]).AsTask());
            await Assert.ThrowsAsync<SocketException>(() => socket.SendAsync(new byte[1]).AsTask());

            async Task WaitAsync()
            {
                try
                {
                    await socket.ReceiveAsync(new byte[1]).ConfigureAwait(false);
                }
                finally
                {
                    ranMeanwhile = isClosing && Environment.CurrentManagedThreadId == closer;
                }
            }
        }
    }

    [Fact]
    public async Task Second_read_beside_one_that_waits_is_a_fault()
    {
        var (socket, upstream) = await ConnectAsync();
        using (socket)
        using (upstream)
        {
            _ = socket.ReceiveAsync(new byte[1]).AsTask();
            Assert.Throws<InvalidOperationException>(() => { _ = socket.ReceiveAsync(new byte[1]).AsTask(); });
        }
    }

    [Fact]
    public async Task Address_that_nobody_listens_on_is_refused()
    {
        _upstream.Stop();
        var refused = await Assert.ThrowsAsync<SocketException>(() => LoopSocket.ConnectAsync(TestLoops.Instance, Address, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Attempt_to_connect_ends_with_its_token()
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        // This connection fills the backlog; the kernel drops further attempts.
        using var first = await LoopSocket.ConnectAsync(TestLoops.Instance, (IPEndPoint)full.LocalEndPoint!, Token);
        using var cancellation = new CancellationTokenSource();
        var others = Enumerable.Range(0, 3).Select(_ => LoopSocket.ConnectAsync(TestLoops.Instance, (IPEndPoint)full.LocalEndPoint!, cancellation.Token).AsTask()).ToArray();
        await cancellation.CancelAsync();

        foreach (var other in others.Skip(1))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.WaitAsync(Eventually.DefaultDeadline, Token));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LoopSocket.ConnectAsync(TestLoops.Instance, Address, cancellation.Token).AsTask());
    }

    [Fact]
    public async Task Name_with_several_addresses_is_connected_to_at_the_first_that_answers()
    {
        var hosts = new Hosts([IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]);
        using var socket = await TcpSocket.ConnectAsync(TestLoops.Instance, new DnsEndPoint("gateway", Address.Port), hosts, Token);
        using var upstream = await _upstream.AcceptSocketAsync(Token);
        await socket.SendAsync("a"u8.ToArray());
        Assert.Equal(1, await upstream.ReceiveAsync(new byte[1], Token));

        var none = new Hosts([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")]);
        await Assert.ThrowsAsync<SocketException>(() => TcpSocket.ConnectAsync(TestLoops.Instance, new DnsEndPoint("gateway", Address.Port), none, Token).AsTask());
    }

    [Fact]
    public async Task Sockets_that_come_and_go_get_their_own_bytes_and_nobody_elses()
    {
        var echo = Task.Run(async () =>
        {
            while (true)
            {
                var accepted = await _upstream.AcceptSocketAsync(Token);
                _ = EchoAsync(accepted);
            }
        }, Token);

        await Parallel.ForAsync(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token }, async (i, token) =>
        {
            using var socket = await LoopSocket.ConnectAsync(TestLoops.Instance, Address, token);
            var sent = AcceptedConnection.Bytes(64, seed: i);
            await socket.SendAsync(sent);
            var received = new byte[64];
            for (var count = 0; count < 64;)
            {
                var more = await socket.ReceiveAsync(received.AsMemory(count)).AsTask().WaitAsync(Eventually.DefaultDeadline, token);
                Assert.NotEqual(0, more);
                count += more;
            }

            Assert.Equal(sent, received);
        });
        _upstream.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => echo);

        static async Task EchoAsync(Socket socket)
        {
            using (socket)
            {
                var buffer = new byte[64];
                while (await socket.ReceiveAsync(buffer, Token) is > 0 and var count)
                {
                    await socket.SendAsync(buffer.AsMemory(0, count), Token);
                }
            }
        }
    }

    /// <summary>Runs a function on the loop's thread, before the end of a batch.</summary>
    private static async Task<T> InBatchAsync<T>(LoopSocket socket, Socket upstream, Func<T> act) =>
        await await AddToBatchAsync(socket, upstream, act);

    /// <inheritdoc cref="LoopBatch.AddAsync"/>
    private static Task<Task<T>> AddToBatchAsync<T>(LoopSocket socket, Socket upstream, Func<T> act) => LoopBatch.AddAsync(
        upstream,
        async () => await socket.ReceiveAsync(new byte[2]).ConfigureAwait(false),
        act);

    /// <summary>Sends on the loop's thread.</summary>
    private static SendStage SendInBatch(LoopSocket socket)
    {
        _ = socket.SendInBatchAsync("abc"u8.ToArray()).AsTask();
        return socket.Sending;
    }

    private static bool IsThere(Socket receiver) => receiver.Poll(0, SelectMode.SelectRead);

    /// <param name="loop">The loop that must serve the socket. By default, loops are assigned in turn.</param>
    private async Task<(LoopSocket Socket, Socket Upstream)> ConnectAsync(SocketLoop? loop = null)
    {
        while (true)
        {
            var accepting = _upstream.AcceptSocketAsync(Token);
            var socket = await LoopSocket.ConnectAsync(TestLoops.Instance, Address, Token);
            var upstream = await accepting;
            if (loop is null || await InBatchAsync(socket, upstream, () => SocketLoop.Current) == loop)
            {
                return (socket, upstream);
            }

            socket.Dispose();
            upstream.Dispose();
        }
    }

    private sealed class Hosts(IPAddress[] addresses) : IHostAddresses
    {
        public Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellationToken) => Task.FromResult(addresses);
    }
}
