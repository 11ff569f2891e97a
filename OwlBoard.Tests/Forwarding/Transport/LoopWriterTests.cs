using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Integration")]
public sealed class LoopWriterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_in_pieces_of_all_sizes_goes_out_in_order_with_the_flush()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var written = AcceptedConnection.Bytes(100_000);
        foreach (var piece in new[] { 1, 300, 16_000, 17_000, 60_000, 6_699 }.Aggregate(
            new List<Range>(), (ranges, size) => [.. ranges, (ranges.Count == 0 ? 0 : ranges[^1].End.Value)..((ranges.Count == 0 ? 0 : ranges[^1].End.Value) + size)]))
        {
            var bytes = written.AsSpan(piece);
            bytes.CopyTo(connection.Output.GetSpan(bytes.Length));
            connection.Output.Advance(bytes.Length);
        }

        Assert.Equal(written.Length, connection.Output.UnflushedBytes);
        Assert.Equal(0, connection.Client.Available);
        var result = await connection.Output.FlushAsync(Token);
        Assert.Equal((false, false, 0), (result.IsCanceled, result.IsCompleted, connection.Output.UnflushedBytes));
        Assert.Equal(written, await connection.EndAndReceiveAllAsync());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(10_000, 0)]
    [InlineData(10_000, 100)]
    [InlineData(10_000, 100_000)]
    [InlineData(100_000, 1)]
    public async Task In_a_batch_a_small_flush_goes_out_at_its_end_and_whatever_follows_after_it(int first, int second)
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var written = AcceptedConnection.Bytes(first + second);
        var seen = await connection.InBatchAsync(() =>
        {
            connection.Output.Write(written.AsSpan(0, first));
            var flush = connection.Output.FlushAsync(Token).AsTask();
            var isThere = connection.Client.Poll(0, SelectMode.SelectRead);
            if (second > 0)
            {
                connection.Output.Write(written.AsSpan(first));
                flush = connection.Output.FlushAsync(Token).AsTask();
            }

            return (flush.IsCompletedSuccessfully, isThere);
        });
        Assert.Equal((true, first > 16_000), seen);

        Assert.Equal(written, await connection.EndAndReceiveAllAsync());
    }

    [Fact]
    public async Task What_is_left_to_the_end_of_a_batch_goes_out_before_what_another_thread_writes_then()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var all = new List<byte>();
        for (var i = 0; i < 200; i++)
        {
            var (first, second) = (AcceptedConnection.Bytes(50, 2 * i), AcceptedConnection.Bytes(50, (2 * i) + 1));
            all.AddRange([.. first, .. second]);
            var other = await connection.InBatchAsync(() =>
            {
                connection.Output.Write(first);
                Assert.True(connection.Output.FlushAsync(Token).AsTask().IsCompleted);
                return Task.Run(async () =>
                {
                    connection.Output.Write(second);
                    await connection.Output.FlushAsync(Token);
                });
            });
            await other;
        }

        Assert.Equal(all, await connection.EndAndReceiveAllAsync());
    }

    [Fact]
    public async Task What_is_left_to_the_end_of_a_batch_goes_out_when_the_connection_is_closed_in_it()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var ending = await connection.AddToBatchAsync(async () =>
        {
            connection.Output.Write("abc"u8);
            await connection.Output.FlushAsync(Token);
            connection.Output.Write("def"u8);
            await connection.Server.DisposeAsync();
        });

        Assert.Equal("abcdef"u8.ToArray(), await connection.ReceiveAllAsync());
        await await ending;
    }

    [Fact]
    public async Task What_is_left_to_the_end_of_a_batch_is_lost_on_a_client_that_is_gone_and_the_next_flush_says_so()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var flushes = await connection.InBatchAsync(() =>
        {
            connection.Output.Write("abc"u8);
            var flush = connection.Output.FlushAsync(Token).AsTask();
            connection.Server.Abort(new ConnectionAbortedException("enough"));
            return flush;
        });
        Assert.False((await flushes).IsCompleted);

        await Eventually.IsTrueAsync("the flush reports the end of the connection", async () =>
        {
            connection.Output.Write("nobody reads this"u8);
            return (await connection.Output.FlushAsync(Token)).IsCompleted;
        });
    }

    [Fact]
    public async Task Flush_waits_for_a_client_that_takes_its_time_and_loses_nothing()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var (written, flush) = connection.WriteUntilFull();
        var receiving = connection.ReceiveAllAsync();

        var result = await flush.AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
        Assert.Equal((false, false), (result.IsCanceled, result.IsCompleted));
        connection.Output.Write("the end"u8);
        await connection.Output.FlushAsync(Token);
        await connection.Server.DisposeAsync();

        Assert.Equal(written.Concat("the end"u8.ToArray()), await receiving);
    }

    [Fact]
    public async Task Flush_that_waits_can_be_cancelled_and_what_was_written_still_goes_out()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var (written, flush) = connection.WriteUntilFull();
        connection.Output.CancelPendingFlush();
        Assert.True((await flush.AsTask().WaitAsync(Eventually.DefaultDeadline, Token)).IsCanceled);

        connection.Output.Write("the end"u8);
        var last = connection.Output.FlushAsync(Token).AsTask();
        var receiving = connection.ReceiveAllAsync();
        Assert.False((await last.WaitAsync(Eventually.DefaultDeadline, Token)).IsCanceled);
        await connection.Server.DisposeAsync();

        Assert.Equal(written.Concat("the end"u8.ToArray()), await receiving);
    }

    [Fact]
    public async Task Flush_ends_with_its_token_and_what_was_written_still_goes_out()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var (written, _) = connection.WriteUntilFull();
        using var cancellation = new CancellationTokenSource();
        connection.Output.Write("the end"u8);
        var flush = connection.Output.FlushAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(Eventually.DefaultDeadline, Token));

        var receiving = connection.ReceiveAllAsync();
        await connection.Server.DisposeAsync();
        Assert.Equal(written.Concat("the end"u8.ToArray()), await receiving);
    }

    [Fact]
    public async Task Flush_cancelled_in_advance_is_cancelled_once()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        connection.Output.CancelPendingFlush();
        connection.Output.Write("a"u8);
        Assert.True((await connection.Output.FlushAsync(Token)).IsCanceled);
        connection.Output.Write("b"u8);
        Assert.False((await connection.Output.FlushAsync(Token)).IsCanceled);
        Assert.Equal("ab"u8.ToArray(), await connection.EndAndReceiveAllAsync());
    }

    [Fact]
    public async Task Client_that_goes_away_ends_a_flush_that_waits()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var (_, flush) = connection.WriteUntilFull();
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Client.Close();

        Assert.True((await flush.AsTask().WaitAsync(Eventually.DefaultDeadline, Token)).IsCompleted);
        connection.Output.Write("nobody reads this"u8);
        Assert.True((await connection.Output.FlushAsync(Token)).IsCompleted);
    }

    [Fact]
    public async Task Connection_given_up_here_ends_a_flush_that_waits()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var (_, flush) = connection.WriteUntilFull();
        connection.Server.Abort(new ConnectionAbortedException("enough"));

        Assert.True((await flush.AsTask().WaitAsync(Eventually.DefaultDeadline, Token)).IsCompleted);
    }

    [Fact]
    public async Task What_was_written_and_not_flushed_goes_out_at_the_end()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        connection.Output.Write("abc"u8);
        Assert.Equal("abc"u8.ToArray(), await connection.EndAndReceiveAllAsync());
    }

    [Fact]
    public async Task More_than_there_is_room_for_cannot_be_said_to_be_written()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Output.Advance(1));
        var room = connection.Output.GetMemory(1).Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Output.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Output.Advance(-1));
    }
}
