namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// A repeated operation in one direction of a socket, one at a time. It is attempted immediately if the direction may be
/// ready, and otherwise on the loop's thread when the kernel signals readiness.
/// </summary>
internal abstract class SocketOperation : IThreadPoolWorkItem
{
    /// <summary>The direction was drained, or is in use.</summary>
    private const int Idle = 0;

    /// <summary>The kernel has signaled readiness since.</summary>
    private const int Ready = 1;

    /// <summary>The operation runs when the kernel signals readiness.</summary>
    private const int Waiting = 2;

    private const int Closed = 3;

    private int _state;
    private int _lastBatch;
    private int _runs;

    /// <summary>The socket that the operation belongs to; <see langword="null"/> for one that outlives a failed operation.</summary>
    public abstract LoopSocket? Socket { get; }

    /// <summary>Indicates whether the operation receives from a client, whose requests use upstream connections.</summary>
    public virtual bool IsOfClient => false;

    /// <summary>Handles a readiness signal of the kernel.</summary>
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
                // A run that is about to start covers this signal too.
                case Ready or Closed:
                case Idle when Interlocked.CompareExchange(ref _state, Ready, Idle) == Idle:
                    return;
            }
        }
    }

    /// <summary>Closes the operation. A pending one fails on the thread pool: the caller may hold locks.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => OnClosed();

    /// <summary>Completes an operation passed to <see cref="SocketLoop.CompleteAfterReceiving"/>.</summary>
    public abstract void Complete();

    /// <summary>Attempts the operation, and completes it if the direction was ready.</summary>
    /// <returns><see langword="true"/> if the operation is done; <see langword="false"/> if the direction is not ready.</returns>
    protected abstract bool TryRun();

    /// <summary>Fails a pending operation because the socket is closed.</summary>
    protected abstract void OnClosed();

    /// <summary>Completes the operation; during the receiving phase of a loop, after the batch has been received.</summary>
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

    /// <summary>Attempts the operation if the direction may be ready and the loop permits another run in this batch.</summary>
    /// <returns><see langword="true"/> if the operation is done; otherwise, <see langword="false"/>.</returns>
    protected bool TryRunNow() =>
        Volatile.Read(ref _state) == Ready
        && (SocketLoop.Current is not { } loop || loop.Permits(ref _lastBatch, ref _runs))
        && Interlocked.CompareExchange(ref _state, Idle, Ready) == Ready
        && TryRun();

    /// <summary>Attempts the operation as soon as the direction is ready, which may be immediately.</summary>
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
                    // The operation has reached its limit of runs in this batch.
                    loop.Postpone(this);
                    return;
                case Closed:
                    OnClosed();
                    return;
                case Waiting:
                    throw new InvalidOperationException("The operation is already pending.");
            }
        }
    }

    /// <summary>Lets the next attempt begin at once: the direction may be ready, and the kernel will not signal it again.</summary>
    public void KeepReady() => Interlocked.CompareExchange(ref _state, Ready, Idle);

    /// <summary>Stops waiting.</summary>
    /// <returns><see langword="true"/> if the operation was pending and will not run; otherwise, <see langword="false"/>.</returns>
    protected bool TryStopWaiting() => Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting;
}
