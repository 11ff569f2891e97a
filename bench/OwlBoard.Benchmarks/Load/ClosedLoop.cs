namespace OwlBoard.Benchmarks.Load;

/// <summary>A closed loop by wrk: each connection sends its next request after the response to the last, which saturates the proxy.</summary>
/// <param name="connections">The number of connections.</param>
/// <param name="method">The request method.</param>
/// <param name="bodyBytes">The size of each request's body.</param>
/// <param name="newConnections">Indicates whether each request uses a new connection.</param>
internal sealed class ClosedLoop(int connections, string method = "GET", int bodyBytes = 0, bool newConnections = false) : ILoad
{
    public string Description => $"{connections} connections, closed loop";

    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken) =>
        Task.FromResult<ILoadSession>(new WrkSession(target, connections, method, bodyBytes, newConnections));
}
