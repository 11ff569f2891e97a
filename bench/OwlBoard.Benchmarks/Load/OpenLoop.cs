using System.Globalization;

namespace OwlBoard.Benchmarks.Load;

/// <summary>
/// Requests that become due whether the last ones are answered or not, each at a time of its own, spread over the connections
/// in turn. The latency of each counts from when it was due, so that a stall shows in all requests that it delayed
/// (Gil Tene's "coordinated omission").
/// </summary>
/// <remarks>
/// Not at even distances: no clients send so, and it is the distance that is measured. 6,000 requests a second come
/// 167 us apart; of proxies that take some 140 us the one that is 5 us slower has far more often one that is not done when
/// the next comes. Over 180 us took 6 % of the one's and 10 to 12 % of the other's; at random times 10 %, and 10 to 14 %.
/// </remarks>
/// <param name="exchange">What is sent.</param>
/// <param name="perSecond">How many become due in a second on average.</param>
/// <param name="connections">The number of connections, all open before the measurement begins.</param>
internal sealed class OpenLoop(IExchange exchange, int perSecond, int connections) : ILoad
{
    public string Description => string.Create(
        CultureInfo.InvariantCulture, $"{connections:N0} connections, {perSecond:N0} {exchange.Name}/s at random times");

    // On a thread of its own: it blocks, and the pool has but one at first, which the echoing upstream in this process needs.
    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken) => Task.Factory.StartNew<ILoadSession>(
        () => OpenLoopSession.Open(exchange, target, perSecond, connections, cancellationToken),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
