using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>A client may read slowly, but must not stop reading.</summary>
[Trait("Category", "Unit")]
public sealed class SendWatchTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_that_accepts_nothing_for_a_minute_is_cut()
    {
        var time = new FakeTimeProvider();
        await using var connection = await AcceptedConnection.OpenAsync(time: time);
        var (_, flushing) = connection.WriteUntilFull();
        var flush = flushing.AsTask();
        await SettleAsync(connection);

        for (var i = 0; i < 4; i++)
        {
            time.Advance(Quarter);
            Assert.False(flush.IsCompleted, $"After {(i + 1) * 15} s.");
        }

        time.Advance(Quarter);

        Assert.True((await flush.WaitAsync(Eventually.DefaultDeadline, Token)).IsCompleted);
        Assert.True(connection.Server.ConnectionClosed.IsCancellationRequested || await IsCancelledAsync(connection.Server.ConnectionClosed));
        await connection.Server.DisposeAsync().AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Client_that_accepts_a_little_now_and_then_gets_everything()
    {
        var time = new FakeTimeProvider();
        await using var connection = await AcceptedConnection.OpenAsync(time: time);
        var (written, flushing) = connection.WriteUntilFull();
        var flush = flushing.AsTask();
        await SettleAsync(connection);
        var received = new List<byte>();
        var socket = ((LoopConnection)connection.Server).Socket;

        for (var i = 0; i < 4 && received.Count < written.Length / 2; i++)
        {
            time.Advance(3 * Quarter);
            var before = socket.Progress.Acknowledged;
            while (socket.Progress.Acknowledged == before && received.Count < written.Length)
            {
                var buffer = new byte[64 * 1024];
                received.AddRange(buffer.AsSpan(0, await connection.Client.ReceiveAsync(buffer, Token)));
            }
        }

        var rest = connection.EndAndReceiveAllAsync();
        var result = await flush.WaitAsync(Eventually.DefaultDeadline, Token);
        received.AddRange(await rest);

        Assert.False(result.IsCompleted);
        Assert.Equal(written, received);
    }

    /// <summary>Waits until the kernel buffers are full and no more bytes move to the client.</summary>
    private static async Task SettleAsync(AcceptedConnection connection)
    {
        var socket = ((LoopConnection)connection.Server).Socket;
        var seen = 0UL;
        await Eventually.IsTrueAsync(
            "the transfer has stopped",
            () =>
            {
                var now = socket.Progress.Acknowledged;
                var isSame = now == seen;
                seen = now;
                return Task.FromResult(isSame && now > 0);
            },
            pause: TimeSpan.FromMilliseconds(100));
    }

    private static async Task<bool> IsCancelledAsync(CancellationToken token)
    {
        await Eventually.IsTrueAsync("the request is cancelled", () => token.IsCancellationRequested);
        return true;
    }
}
