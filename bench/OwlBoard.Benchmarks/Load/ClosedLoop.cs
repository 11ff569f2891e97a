namespace OwlBoard.Benchmarks.Load;

/// <summary>Connections that each send the next request when the last is answered: as much as the proxy can do. By wrk.</summary>
/// <param name="connections">The number of connections.</param>
/// <param name="method">The method.</param>
/// <param name="bodyBytes">The size of each request's body.</param>
/// <param name="newConnections">Whether each request has a connection of its own.</param>
internal sealed class ClosedLoop(int connections, string method = "GET", int bodyBytes = 0, bool newConnections = false) : ILoad
{
    public string Description => $"{connections} connections, closed loop";

    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken) =>
        Task.FromResult<ILoadSession>(new WrkSession(target, connections, method, bodyBytes, newConnections));
}
