using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class ReplayableBodyTests
{
    private const int BytesPerSecond = 240;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Each byte arrives within the time limit for a silent client.</summary>
    [Fact]
    public async Task Body_that_comes_too_slowly_on_average_ends_with_408()
    {
        await using var body = Body(BytesPerSecond);
        await WriteAsync(BytesPerSecond);
        await ReadAsync(body, BytesPerSecond);

        // 30 s, plus 1 s for the received bytes; each further byte adds 4 ms.
        var read = await DripAsync(body, bytes: 1, every: TimeSpan.FromSeconds(10), times: 3);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = await Assert.ThrowsAsync<BadHttpRequestException>(() => read.WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Equal(StatusCodes.Status408RequestTimeout, failure.StatusCode);
    }

    [Theory]
    [InlineData(BytesPerSecond, BytesPerSecond * 10)]
    [InlineData(0, 1)]
    public async Task Body_that_comes_fast_enough_may_take_any_time(int bytesPerSecond, int bytes)
    {
        await using var body = Body(bytesPerSecond);

        var read = await DripAsync(body, bytes, every: TimeSpan.FromSeconds(10), times: 60);

        Assert.False(read.IsCompleted);
        await _pipe.Writer.CompleteAsync();
        Assert.Equal(0, await read.WaitAsync(Eventually.DefaultDeadline, Token));
    }

    /// <summary>Time spent waiting for a slow gateway does not count against the client.</summary>
    [Fact]
    public async Task Time_in_which_the_client_is_not_waited_for_does_not_count()
    {
        await using var body = Body(BytesPerSecond);
        for (var i = 0; i < 10; i++)
        {
            await WriteAsync(1);
            await ReadAsync(body, 1);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        var read = body.ReadAsync(new byte[1], Token).AsTask();
        await WriteAsync(1);
        Assert.Equal(1, await read.WaitAsync(Eventually.DefaultDeadline, Token));
    }

    [Fact]
    public async Task Body_is_not_kept_while_others_use_up_the_memory()
    {
        var memory = new ReplayMemory(limit: 4096);
        await using (var first = Body(memory: memory))
        {
            await WriteAsync(100);
            await ReadAsync(first, 100);
            Assert.True(first.CanReplay);

            await using var second = Body(memory: memory);
            await WriteAsync(100);
            await ReadAsync(second, 100);
            Assert.False(second.CanReplay);
        }

        await using var third = Body(memory: memory);
        await WriteAsync(100);
        await ReadAsync(third, 100);
        Assert.True(third.CanReplay);
        third.Rewind();
        await ReadAsync(third, 100);
    }

    private static async Task ReadAsync(ReplayableBody body, int count) =>
        Assert.Equal(count, await body.ReadAsync(new byte[count], Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token));

    private ReplayableBody Body(int bytesPerSecond = 0, ReplayMemory? memory = null) =>
        new(_pipe.Reader, capacity: 64 * 1024, memory ?? new ReplayMemory(), Timeout, bytesPerSecond, connection: null, _time);

    private async Task WriteAsync(int count) => await _pipe.Writer.WriteAsync(new byte[count], Token);

    /// <summary>Sends a few bytes at a time while the body is read.</summary>
    /// <returns>The read that is still pending.</returns>
    private async Task<Task<int>> DripAsync(ReplayableBody body, int bytes, TimeSpan every, int times)
    {
        var read = body.ReadAsync(new byte[bytes], Token).AsTask();
        for (var i = 0; i < times; i++)
        {
            _time.Advance(every);
            await WriteAsync(bytes);
            Assert.Equal(bytes, await read.WaitAsync(Eventually.DefaultDeadline, Token));
            read = body.ReadAsync(new byte[bytes], Token).AsTask();
        }

        return read;
    }
}
