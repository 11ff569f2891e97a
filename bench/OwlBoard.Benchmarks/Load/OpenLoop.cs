using System.Globalization;

namespace OwlBoard.Benchmarks.Load;

/// <summary>
/// An open loop: requests become due at random times, independent of earlier responses, and use the connections in turn.
/// Latency is measured from the time at which a request was due, so that a stall shows in all requests that it delayed
/// (Gil Tene's "coordinated omission").
/// </summary>
/// <remarks>
/// Evenly spaced requests are unrealistic, and would measure their spacing: 6,000 requests per second are 167 us apart, so of
/// two proxies that take about 140 us, the one that is 5 us slower is far more often still busy when the next request is due.
/// With even spacing 6 % of the requests of one and 10 to 12 % of the other took over 180 us; at random times 10 % and 10 to 14 %.
/// </remarks>
/// <param name="exchange">The request and its expected response.</param>
/// <param name="perSecond">The average number of requests per second.</param>
/// <param name="connections">The number of connections, which are open before the measurement begins.</param>
internal sealed class OpenLoop(IExchange exchange, int perSecond, int connections) : ILoad
{
    public string Description => string.Create(
        CultureInfo.InvariantCulture, $"{connections:N0} connections, {perSecond:N0} {exchange.Name}/s at random times");

    // Opening blocks, so it has its own thread: the pool starts with one thread, which the echo upstream in this process needs.
    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken) => Task.Factory.StartNew<ILoadSession>(
        () => OpenLoopSession.Open(exchange, target, perSecond, connections, cancellationToken),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
