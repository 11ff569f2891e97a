using System.Globalization;

namespace OwlBoard.Benchmarks.Load;

/// <summary>
/// Requests that become due at a constant rate, whether the last ones are answered or not, spread over the connections
/// in turn. The latency of each counts from when it was due, so that a stall shows in all requests that it delayed
/// (Gil Tene's "coordinated omission").
/// </summary>
/// <param name="exchange">What is sent.</param>
/// <param name="perSecond">How many become due in a second.</param>
/// <param name="connections">The number of connections, all open before the measurement begins.</param>
internal sealed class ConstantRate(IExchange exchange, int perSecond, int connections) : ILoad
{
    public string Description => string.Create(
        CultureInfo.InvariantCulture, $"{connections:N0} connections, {perSecond:N0} {exchange.Name}/s at a constant rate");

    // On a thread of its own: it blocks, and the pool has but one at first, which the echoing upstream in this process needs.
    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken) => Task.Factory.StartNew<ILoadSession>(
        () => ConstantRateSession.Open(exchange, target, perSecond, connections, cancellationToken),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
