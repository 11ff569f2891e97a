namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>The state of a stopping program: serving, draining, closing.</summary>
public sealed class DrainState : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Indicates whether the program is draining. It still serves requests, and returns 503 on <c>/health</c>.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>A token that is canceled when the drain period begins.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>
    /// A token that is canceled when the drain period is over: no connection is accepted any more, and WebSockets are closed
    /// with 1001 (going away, RFC 6455 section 7.4.1).
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
