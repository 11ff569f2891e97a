using System.Net.Sockets;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>
/// A batch of events that a test prepares while the loop is blocked. The loop handles the events in the order in which they
/// were added.
/// </summary>
internal sealed class LoopBatch : IAsyncDisposable
{
    private readonly ManualResetEventSlim _go = new();
    private readonly List<AcceptedConnection> _clients = [];
    private int _used;
    private Task<bool>? _standing;

    private LoopBatch(SocketLoop loop) => Loop = loop;

    public SocketLoop Loop { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="clients">The maximum number of client events.</param>
    public static async Task<LoopBatch> OpenAsync(int clients)
    {
        var first = await AcceptedConnection.OpenAsync();
        var batch = new LoopBatch(await first.LoopAsync());
        batch._clients.Add(first);
        for (var i = 0; i < clients; i++)
        {
            batch._clients.Add(await AcceptedConnection.OpenAsync(batch.Loop));
        }

        return batch;
    }

    /// <summary>Runs a function on the loop's thread, before the end of the next batch.</summary>
    /// <param name="peer">The socket that sends one byte to trigger the event.</param>
    /// <param name="receive">Receives the byte in the loop.</param>
    /// <param name="act">The function.</param>
    /// <returns>A task that completes when the byte is sent, with the task of the function's result.</returns>
    public static async Task<Task<T>> AddAsync<T>(Socket peer, Func<ValueTask> receive, Func<T> act)
    {
        var acting = ActAsync();
        await peer.SendAsync("!"u8.ToArray(), Token);
        return ResultAsync();

        async Task<T> ActAsync()
        {
            await receive().ConfigureAwait(false);
            Assert.NotNull(SocketLoop.Current);
            return act();
        }

        async Task<T> ResultAsync()
        {
            var result = await acting.WaitAsync(Eventually.DefaultDeadline, Token);
            // Keep the caller's continuation off the loop's thread.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return result;
        }
    }

    /// <summary>Blocks the loop until <see cref="Go"/> is called.</summary>
    public async Task StandAsync()
    {
        using var standing = new ManualResetEventSlim();
        _standing = await AddClientAsync(() =>
        {
            standing.Set();
            return _go.Wait(Eventually.DefaultDeadline, Token);
        });
        standing.Wait(Eventually.DefaultDeadline, Token);
    }

    /// <summary>Adds the event of a client.</summary>
    public Task<Task<T>> AddClientAsync<T>(Func<T> act) => _clients[_used++].AddToBatchAsync(act);

    /// <summary>Unblocks the loop.</summary>
    public void Go() => _go.Set();

    public async ValueTask DisposeAsync()
    {
        Go();
        if (_standing is not null)
        {
            Assert.True(await _standing);
        }

        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        _go.Dispose();
    }
}
