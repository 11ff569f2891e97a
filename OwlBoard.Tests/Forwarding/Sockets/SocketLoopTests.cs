using System.Collections.Concurrent;
using System.Diagnostics;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Sockets;

public sealed class SocketLoopTests
{
    [Fact]
    public async Task What_is_to_be_run_later_is_run_in_time_by_a_loop_that_has_nothing_else_to_do()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var ran = new TaskCompletionSource<(SocketLoop? Loop, TimeSpan After)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var delay = TimeSpan.FromMilliseconds(30);

        var loop = await connection.InBatchAsync(() =>
        {
            var loop = SocketLoop.Current!;
            var started = loop.Timestamp;
            loop.RunAfter(delay, () => ran.SetResult((SocketLoop.Current, Stopwatch.GetElapsedTime(started))));
            return loop;
        });

        var (by, after) = await ran.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        Assert.Same(loop, by);
        Assert.True(after >= delay, $"It ran after {after}");
    }

    [Fact]
    public async Task What_is_due_earlier_is_run_earlier_and_may_have_more_run_later()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var order = new ConcurrentQueue<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await connection.InBatchAsync(() =>
        {
            var loop = SocketLoop.Current!;
            loop.RunAfter(TimeSpan.FromMilliseconds(10), () =>
            {
                order.Enqueue("10");
                loop.RunAfter(TimeSpan.FromMilliseconds(10), () =>
                {
                    order.Enqueue("10 + 10");
                    done.SetResult();
                });
            });
            loop.RunAfter(TimeSpan.Zero, () => order.Enqueue("0"));
            return true;
        });

        await done.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        Assert.Equal(["0", "10", "10 + 10"], order);
    }
}
