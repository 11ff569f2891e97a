using System.Net.Sockets;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Sockets;

/// <summary>A batch of a loop, for what is done before its end.</summary>
internal static class LoopBatch
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Does something on the loop's thread, before the end of a batch.</summary>
    /// <param name="peer">Sends a byte, which is the batch's event.</param>
    /// <param name="receive">Waits for it in the loop.</param>
    /// <param name="act">What is done.</param>
    public static async Task<T> RunAsync<T>(Socket peer, Func<ValueTask> receive, Func<T> act)
    {
        var acting = ActAsync();
        await peer.SendAsync("!"u8.ToArray(), Token);
        var result = await acting.WaitAsync(Eventually.DefaultDeadline, Token);
        // Who waits for this may be let go on in the batch.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;

        async Task<T> ActAsync()
        {
            await receive().ConfigureAwait(false);
            Assert.NotNull(SocketLoop.Current);
            return act();
        }
    }
}
