namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// What is done over and over in one direction of a socket, one at a time: tried when it is asked for if the direction may
/// be ready, and otherwise on the loop's thread once the kernel says so.
/// </summary>
internal abstract class SocketOperation : IThreadPoolWorkItem
{
    /// <summary>The direction was used until it had nothing more to give, or is being used.</summary>
    private const int Idle = 0;

    /// <summary>The kernel has said since that it is ready.</summary>
    private const int Ready = 1;

    /// <summary>The operation is to be tried when the kernel says so.</summary>
    private const int Waiting = 2;

    private const int Closed = 3;

    private int _state;
    private int _lastBatch;
    private int _runs;

    /// <summary>Gets the socket that the operation belongs to; <see langword="null"/> for one that outlives a failed operation.</summary>
    public abstract LoopSocket? Socket { get; }

    /// <summary>Gets whether the operation receives from a client, whose requests use connections of upstreams.</summary>
    public virtual bool IsOfClient => false;

    /// <summary>The kernel says that the direction is ready.</summary>
    public void OnReady()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Waiting when TryStopWaiting():
                    if (!TryRun())
                    {
                        RunWhenReady();
                    }

                    return;
                // Whoever is about to use it, as it was ready, finds also what is ready now.
                case Ready or Closed:
                case Idle when Interlocked.CompareExchange(ref _state, Ready, Idle) == Idle:
                    return;
            }
        }
    }

    /// <summary>The socket is closed: nothing is tried any more. Whoever waits is told by the thread pool: who closes may hold locks.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => OnClosed();

    /// <summary>Completes the operation that <see cref="SocketLoop.CompleteAfterReceiving"/> was given.</summary>
    public abstract void Complete();

    /// <summary>Tries the operation, and says to whoever waits for it what became of it.</summary>
    /// <returns>Whether it is done; otherwise the direction is not ready after all.</returns>
    protected abstract bool TryRun();

    /// <summary>Says to whoever waits for the operation that it will not be done.</summary>
    protected abstract void OnClosed();

    /// <summary>Completes the operation; in a loop that still receives, once the batch has been received.</summary>
    protected void CompleteOnceReceived()
    {
        if (SocketLoop.Current is { IsReceiving: true } loop)
        {
            loop.CompleteAfterReceiving(this);
        }
        else
        {
            Complete();
        }
    }

    /// <summary>Tries the operation if the direction may be ready and the loop permits another run in this batch.</summary>
    /// <returns>Whether it is done.</returns>
    protected bool TryRunNow() =>
        Volatile.Read(ref _state) == Ready
        && (SocketLoop.Current is not { } loop || loop.Permits(ref _lastBatch, ref _runs))
        && Interlocked.CompareExchange(ref _state, Idle, Ready) == Ready
        && TryRun();

    /// <summary>Tries the operation as soon as the direction is ready, which may be now.</summary>
    protected void RunWhenReady()
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Waiting, Idle))
            {
                case Ready when TryRunNow():
                case Idle:
                    return;
                case Ready when SocketLoop.Current is { } loop && Interlocked.CompareExchange(ref _state, Waiting, Ready) == Ready:
                    // It has run often enough in this batch.
                    loop.Postpone(this);
                    return;
                case Closed:
                    OnClosed();
                    return;
                case Waiting:
                    throw new InvalidOperationException("It is being waited for already.");
            }
        }
    }

    /// <summary>Lets the next attempt begin at once: the direction may be ready, and the kernel will not signal it again.</summary>
    public void KeepReady() => Interlocked.CompareExchange(ref _state, Ready, Idle);

    /// <summary>Stops waiting.</summary>
    /// <returns>Whether the operation was waited for, and now will not be tried.</returns>
    protected bool TryStopWaiting() => Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting;
}
