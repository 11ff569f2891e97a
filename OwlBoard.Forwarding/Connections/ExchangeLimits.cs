namespace OwlBoard.Forwarding.Connections;

/// <summary>The conditions that end an exchange from this side.</summary>
/// <param name="Timeout">The maximum time of inactivity.</param>
/// <param name="ClientDisconnected">Canceled when the client disconnects.</param>
/// <param name="Cancellation">Cancels the exchange; observed until the response begins.</param>
public readonly record struct ExchangeLimits(TimeSpan Timeout, CancellationToken ClientDisconnected, CancellationToken Cancellation);
