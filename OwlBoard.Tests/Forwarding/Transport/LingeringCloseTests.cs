using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>Tests of the close in stages (RFC 9112 section 9.6), which ensures that the client receives all sent bytes.</summary>
[Trait("Category", "Integration")]
public sealed class LingeringCloseTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_that_still_sends_gets_all_that_it_was_sent_before_the_end(bool isGivenUp)
    {
        // The fake clock stands still, so the client never counts as silent.
        await using var connection = await AcceptedConnection.OpenAsync(time: new FakeTimeProvider());
        var written = AcceptedConnection.Bytes(400_000);
        connection.Output.Write(written);
        var flush = connection.Output.FlushAsync(Token).AsTask();
        var received = new List<byte>(await ReceiveAsync(connection.Client, written.Length / 4));
        await flush.WaitAsync(Eventually.DefaultDeadline, Token);

        if (isGivenUp)
        {
            connection.Server.Abort(new ConnectionAbortedException("enough"));
        }

        var ending = connection.Server.DisposeAsync().AsTask();
        while (received.Count < written.Length)
        {
            // An HTTP/2 client would send a WINDOW_UPDATE or PING.
            await connection.Client.SendAsync("still here"u8.ToArray(), Token);
            received.AddRange(await ReceiveAsync(connection.Client, Math.Min(20_000, written.Length - received.Count)));
        }

        Assert.Equal(written, received);
        Assert.Equal(0, await connection.Client.ReceiveAsync(new byte[1], Token));
        Assert.False(ending.IsCompleted);
        connection.Client.Close();
        await ending.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 1)]
    public async Task Silent_client_is_not_waited_for_longer_than_some_seconds(bool isGivenUp, int seconds)
    {
        var time = new FakeTimeProvider();
        await using var connection = await AcceptedConnection.OpenAsync(time: time);
        await SendAndGetReceiptAsync(connection);
        if (isGivenUp)
        {
            connection.Server.Abort(new ConnectionAbortedException("enough"));
        }

        var ending = connection.Server.DisposeAsync().AsTask();
        Assert.Equal(0, await connection.Client.ReceiveAsync(new byte[1], Token));

        time.Advance(TimeSpan.FromSeconds(seconds) - Moment);
        Assert.False(ending.IsCompleted);
        await EndsAfterAsync(ending, time, Moment, TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task Client_that_goes_on_sending_is_not_waited_for_longer_than_half_a_minute()
    {
        var time = new FakeTimeProvider();
        await using var connection = await AcceptedConnection.OpenAsync(time: time);
        await SendAndGetReceiptAsync(connection);
        var ending = connection.Server.DisposeAsync().AsTask();

        for (var seconds = 5; seconds < 30; seconds += 5)
        {
            await UploadAsync(connection);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.False(ending.IsCompleted, $"After {seconds} s.");
        }

        await UploadAsync(connection);
        time.Advance(TimeSpan.FromSeconds(5));
        await ending.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Idle_connection_that_the_server_stops_is_closed_at_once()
    {
        await using var connection = await AcceptedConnection.OpenAsync(time: new FakeTimeProvider());
        await SendAndGetReceiptAsync(connection);
        var reading = connection.Input.ReadAsync(Token).AsTask();
        connection.Input.CancelPendingRead();
        Assert.True((await reading.WaitAsync(Eventually.DefaultDeadline, Token)).IsCanceled);

        await connection.Server.DisposeAsync().AsTask().WaitAsync(Eventually.DefaultDeadline, Token);

        Assert.Equal(0, await connection.Client.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task Client_that_was_sent_nothing_is_not_waited_for()
    {
        await using var connection = await AcceptedConnection.OpenAsync(time: new FakeTimeProvider());
        connection.Server.Abort(new ConnectionAbortedException("There are too many."));

        await connection.Server.DisposeAsync().AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Server_that_has_no_time_left_ends_the_wait()
    {
        await using var connection = await AcceptedConnection.OpenAsync(time: new FakeTimeProvider());
        await SendAndGetReceiptAsync(connection);
        var ending = connection.Server.DisposeAsync().AsTask();
        Assert.Equal(0, await connection.Client.ReceiveAsync(new byte[1], Token));

        connection.Server.Abort(new ConnectionAbortedException("The time to stop is over."));

        await ending.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task What_was_flushed_in_a_batch_in_which_the_connection_is_given_up_arrives()
    {
        for (var i = 0; i < 100; i++)
        {
            await using var connection = await AcceptedConnection.OpenAsync();
            await connection.InBatchAsync(() =>
            {
                connection.Output.Write("abc"u8);
                Assert.True(connection.Output.FlushAsync(Token).AsTask().IsCompleted);
                connection.Server.Abort(new ConnectionAbortedException("enough"));
                return true;
            });

            Assert.Equal("abc"u8.ToArray(), await connection.EndAndReceiveAllAsync());
        }
    }

    [Fact]
    public async Task Connection_that_is_cut_short_is_reset_once_everything_has_arrived()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var written = AcceptedConnection.Bytes(100_000);
        connection.Output.Write(written);
        await connection.Output.FlushAsync(Token);
        ((LoopConnection)connection.Server).MarkTruncated();
        connection.Server.Abort(new ConnectionAbortedException("enough"));
        var ending = connection.Server.DisposeAsync().AsTask();

        Assert.Equal(written, await ReceiveAsync(connection.Client, written.Length));
        await ending.WaitAsync(Eventually.DefaultDeadline, Token);
        var reset = await Assert.ThrowsAsync<SocketException>(() => connection.Client.ReceiveAsync(new byte[1], Token).AsTask());
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    private static async Task SendAndGetReceiptAsync(AcceptedConnection connection)
    {
        connection.Output.Write("abc"u8);
        await connection.Output.FlushAsync(Token);
        await ReceiveAsync(connection.Client, 3);
        await Eventually.IsTrueAsync("the client has acknowledged all bytes", () => ((LoopConnection)connection.Server).Socket.Progress.IsAllAcknowledged);
    }

    private static async Task UploadAsync(AcceptedConnection connection)
    {
        var socket = ((LoopConnection)connection.Server).Socket;
        var before = socket.Progress.Received;
        await connection.Client.SendAsync("more"u8.ToArray(), Token);
        await Eventually.IsTrueAsync("the bytes have arrived", () => socket.Progress.Received > before);
    }

    /// <summary>Advances the time twice: the client's ACK may arrive after the first check, which then counts as progress.</summary>
    private static async Task EndsAfterAsync(Task ending, FakeTimeProvider time, TimeSpan first, TimeSpan again)
    {
        time.Advance(first);
        for (var looks = 0; looks < 2 && await Task.WhenAny(ending, Task.Delay(200, Token)) != ending; looks++)
        {
            time.Advance(again);
        }

        await ending.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int count)
    {
        var received = new byte[count];
        for (var length = 0; length < count;)
        {
            var more = await client.ReceiveAsync(received.AsMemory(length), Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
            Assert.True(more > 0, $"The end came after {length} of {count} bytes.");
            length += more;
        }

        return received;
    }
}
