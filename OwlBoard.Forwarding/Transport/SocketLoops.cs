using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// The <see cref="SocketLoop"/>s of a host, one per processor. Their threads start with the first socket and end when the
/// host has stopped; sockets that are still open are closed.
/// </summary>
/// <param name="logger">Logs exceptions that no operation handles.</param>
public sealed class SocketLoops(ILogger<SocketLoops> logger) : IHostedLifecycleService, IDisposable
{
    private readonly Lock _lock = new();
    private volatile SocketLoop[]? _loops;
    private bool _isStopped;
    private int _next;

    /// <summary>
    /// Indicates whether this system supports loops. Otherwise the operations of
    /// <see cref="System.Net.Sockets.Socket"/> are used.
    /// </summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the loops after all other services have stopped, so that Kestrel has drained its connections.</summary>
    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SocketLoop[]? loops;
        lock (_lock)
        {
            _isStopped = true;
            loops = _loops;
        }

        foreach (var loop in loops ?? [])
        {
            loop.Stop();
        }
    }

    /// <summary>Assigns the socket to a loop, round robin.</summary>
    /// <param name="socket">The socket: accepted, connecting or listening.</param>
    /// <returns>The loop.</returns>
    /// <exception cref="ObjectDisposedException">The host has stopped.</exception>
    internal SocketLoop Add(LoopSocket socket)
    {
        var loops = _loops ?? Start();
        var loop = loops[(uint)Interlocked.Increment(ref _next) % (uint)loops.Length];
        loop.Enter(socket);
        return loop;
    }

    private SocketLoop[] Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            return _loops ??= [.. Enumerable.Range(1, Environment.ProcessorCount).Select(number => new SocketLoop(number, logger))];
        }
    }
}
