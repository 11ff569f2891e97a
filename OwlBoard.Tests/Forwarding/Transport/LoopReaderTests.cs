using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Integration")]
public sealed class LoopReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_looked_at_and_not_taken_comes_again_with_what_follows()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        await connection.Client.SendAsync("GET"u8.ToArray(), Token);
        var first = await connection.Input.ReadAsync(Token);
        Assert.Equal("GET", Encoding.ASCII.GetString(first.Buffer));
        connection.Input.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        Assert.False(connection.Input.TryRead(out _));

        var reading = connection.Input.ReadAsync(Token);
        Assert.False(reading.IsCompleted);
        await connection.Client.SendAsync(" /"u8.ToArray(), Token);

        Assert.Equal("GET /", Encoding.ASCII.GetString((await reading).Buffer));
    }

    [Fact]
    public async Task What_was_not_looked_at_is_there_at_once()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        await connection.Client.SendAsync("abcdef"u8.ToArray(), Token);
        Assert.Equal("abc", await connection.ReadTextAsync(3));

        Assert.True(connection.Input.TryRead(out var rest));
        Assert.Equal("def", Encoding.ASCII.GetString(rest.Buffer));
        connection.Input.AdvanceTo(rest.Buffer.End);
        Assert.False(connection.Input.TryRead(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(3_000_000)]
    public async Task Bytes_arrive_whole_and_in_order_however_they_are_taken(int count)
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var sent = AcceptedConnection.Bytes(count);
        var sending = connection.Client.SendAsync(sent, Token);

        var received = new List<byte>();
        var random = new Random(2);
        while (received.Count < count)
        {
            received.AddRange(await connection.ReadAsync(Math.Min(count - received.Count, random.Next(1, 100_000))));
        }

        Assert.Equal(sent, received);
        Assert.Equal(count, await sending);
    }

    [Fact]
    public async Task Large_body_comes_in_large_pieces_and_a_small_request_after_it_in_its_own()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var sending = connection.Client.SendAsync(AcceptedConnection.Bytes(2_000_000), Token);
        var (pieces, total) = (0, 0L);
        while (total < 2_000_000)
        {
            var result = await connection.Input.ReadAsync(Token);
            (pieces, total) = (pieces + 1, total + result.Buffer.Length);
            connection.Input.AdvanceTo(result.Buffer.End);
        }

        await sending;
        Assert.InRange(pieces, 1, 200);
        await connection.Client.SendAsync("x"u8.ToArray(), Token);
        Assert.Equal("x", await connection.ReadTextAsync(1));
    }

    [Fact]
    public async Task Read_that_waits_can_be_cancelled_and_loses_nothing()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var reading = connection.Input.ReadAsync(Token).AsTask();
        connection.Input.CancelPendingRead();
        var cancelled = await reading.WaitAsync(Eventually.DefaultDeadline, Token);
        Assert.True(cancelled.IsCanceled);
        connection.Input.AdvanceTo(cancelled.Buffer.End);

        await connection.Client.SendAsync("abc"u8.ToArray(), Token);
        Assert.Equal("abc", await connection.ReadTextAsync(3));
    }

    [Fact]
    public async Task Read_cancelled_in_advance_is_cancelled_once()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        connection.Input.CancelPendingRead();
        Assert.True((await connection.Input.ReadAsync(Token)).IsCanceled);

        await connection.Client.SendAsync("abc"u8.ToArray(), Token);
        Assert.Equal("abc", await connection.ReadTextAsync(3));
    }

    [Fact]
    public async Task Read_ends_with_its_token_and_loses_nothing()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var reading = connection.Input.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Eventually.DefaultDeadline, Token));

        await connection.Client.SendAsync("abc"u8.ToArray(), Token);
        Assert.Equal("abc", await connection.ReadTextAsync(3));
    }

    [Fact]
    public async Task Client_that_ends_is_read_to_the_end_and_known_to_be_gone()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        await connection.Client.SendAsync("abc"u8.ToArray(), Token);
        connection.Client.Shutdown(SocketShutdown.Send);
        await Eventually.IsTrueAsync("the close of the client is detected", () => connection.Server.ConnectionClosed.IsCancellationRequested);

        Assert.Equal("abc", await connection.ReadTextAsync(3));
        for (var i = 0; i < 3; i++)
        {
            var end = await connection.Input.ReadAsync(Token);
            Assert.True(end.IsCompleted);
            Assert.True(end.Buffer.IsEmpty);
            connection.Input.AdvanceTo(end.Buffer.End);
        }
    }

    [Fact]
    public async Task Client_that_resets_the_connection_ends_a_read_that_waits()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var reading = connection.Input.ReadAsync(Token).AsTask();
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Client.Close();

        await Assert.ThrowsAsync<ConnectionResetException>(() => reading.WaitAsync(Eventually.DefaultDeadline, Token));
        await Eventually.IsTrueAsync("the close of the client is detected", () => connection.Server.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Connection_given_up_here_ends_a_read_with_the_reason_and_tells_the_client()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var reading = connection.Input.ReadAsync(Token).AsTask();
        connection.Server.Abort(new ConnectionAbortedException("enough"));

        var reason = await Assert.ThrowsAsync<ConnectionAbortedException>(() => reading.WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal("enough", reason.Message);
        Assert.Empty(await connection.ReceiveAllAsync());
        await Assert.ThrowsAsync<ConnectionAbortedException>(() => connection.Input.ReadAsync(Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));
    }

    [Fact]
    public async Task Connection_disposed_ends_a_read_that_waits()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var reading = connection.Input.ReadAsync(Token).AsTask();
        await connection.Server.DisposeAsync();

        await reading.WaitAsync(Eventually.DefaultDeadline, Token).ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.True(reading.IsCompleted);
        Assert.True(connection.Server.ConnectionClosed.CanBeCanceled);
    }
}
