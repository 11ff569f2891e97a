namespace OwlBoard.Forwarding.Connections;

/// <summary>What ends an exchange from this side.</summary>
/// <param name="Timeout">How long nothing may come or go.</param>
/// <param name="ClientGone">The client went away.</param>
/// <param name="Cancellation">The exchange is not wanted any more; until its answer begins.</param>
internal readonly record struct ExchangeLimits(TimeSpan Timeout, CancellationToken ClientGone, CancellationToken Cancellation);
