using System.Diagnostics;
using System.Net;
using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>
/// Well-behaved clients, each with its own address. Half of the requests use a new connection, like those of clients that
/// have just arrived, the others a reused one. Requests become due at random times (a Poisson process), independent of
/// earlier responses, and latency is measured from the time at which a request was due.
/// </summary>
internal sealed class ClientGroup : IDisposable
{
    private const int Seed = 1;

    private readonly Client[] _clients;
    private readonly int _perSecond;

    /// <param name="network">The third octet of the clients' addresses 127.0.NETWORK.1, 127.0.NETWORK.2 and so on.</param>
    /// <param name="count">The number of clients.</param>
    /// <param name="port">The proxy's port.</param>
    /// <param name="perSecond">The average number of requests of all clients per second.</param>
    /// <param name="request">Returns the request of a client by its index.</param>
    public ClientGroup(byte network, int count, int port, int perSecond, Func<int, byte[]> request)
    {
        var target = new IPEndPoint(IPAddress.Loopback, port);
        _perSecond = perSecond;
        _clients = [.. Enumerable.Range(0, count).Select(i => new Client(new IPAddress([127, 0, network, (byte)(i + 1)]), target, request(i)))];
    }

    /// <summary>Creates a hundred clients that send small GETs.</summary>
    public static ClientGroup OfGets(Target target, int perSecond)
    {
        var request = new HttpExchange().Request(target);
        return new ClientGroup(network: 2, count: 100, target.Port, perSecond, _ => request);
    }

    /// <summary>Sends requests for the given time, and waits for the last responses.</summary>
    public async Task<ClientResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var responses = await Task.Factory.StartNew(
            () => Send(duration, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return ClientResult.Of(await Task.WhenAll(responses));
    }

    public void Dispose() => Array.ForEach(_clients, client => client.Dispose());

    /// <summary>Starts each request when it is due, on a dedicated thread.</summary>
    private List<Task<ClientResponse>> Send(TimeSpan duration, CancellationToken cancellationToken)
    {
        Readiness.WakeThisThreadInTime();
        using var timer = new Readiness();
        var arrivals = PoissonArrivals.During(duration, _perSecond, Seed);
        var random = new Random(Seed);
        var started = Stopwatch.GetTimestamp();
        var responses = new List<Task<ClientResponse>>(arrivals.Count);
        foreach (var arrival in arrivals)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var due = started + arrival;
            while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var wait && wait > TimeSpan.Zero)
            {
                timer.Wait(wait);
            }

            responses.Add(_clients[random.Next(_clients.Length)].SendAsync(due, isNewcomer: random.Next(2) == 0));
        }

        return responses;
    }
}
