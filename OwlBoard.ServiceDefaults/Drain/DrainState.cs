namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>Where a program is on its way out: serving, draining, closing.</summary>
public sealed class DrainState : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Whether the program was told to stop. It still serves, and answers 503 on <c>/health</c>.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Cancelled when the drain period begins.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>
    /// Cancelled when the drain period is over: no new connection is accepted from here on, and WebSockets are
    /// closed with 1001 (going away, RFC 6455 section 7.4.1).
    /// </summary>
    public CancellationToken Closing => _closing.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _draining.Dispose();
        _closing.Dispose();
    }

    internal void BeginDrain() => _draining.Cancel();

    internal void BeginClose()
    {
        _draining.Cancel();
        _closing.Cancel();
    }
}
