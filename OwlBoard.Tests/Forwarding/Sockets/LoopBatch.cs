using System.Net.Sockets;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Sockets;

/// <summary>
/// A batch of a loop, for what is done before its end. It comes together while the loop stands still: its events are
/// handled in the order in which they were added.
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

    /// <param name="clients">How many events of clients there will be at most.</param>
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

    /// <summary>Does something on the loop's thread, before the end of the batch that comes next.</summary>
    /// <param name="peer">Sends a byte, which is an event of it.</param>
    /// <param name="receive">Waits for it in the loop.</param>
    /// <param name="act">What is done.</param>
    /// <returns>When the byte is sent, what brings the result.</returns>
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
            // Who waits for this may be let go on in the batch.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return result;
        }
    }

    /// <summary>The loop stands still from now on.</summary>
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

    /// <summary>Adds an event of a client.</summary>
    public Task<Task<T>> AddClientAsync<T>(Func<T> act) => _clients[_used++].AddToBatchAsync(act);

    /// <summary>The loop goes on.</summary>
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
