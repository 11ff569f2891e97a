namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// The thread that sweeps the connections of all clients. A timer would wake two threads on each tick and one on each change:
/// at 6,000 requests/s it took 2.9 ms of processor time per second, where this thread takes 1.0 ms.
/// </summary>
/// <remarks>
/// The thread uses the system clock, not an injected one, since it only determines when to sweep. A timeout on the loops'
/// epoll wait is no alternative: the kernel arms it for each wait, which costs 4 us per request at 6,000 requests/s.
/// </remarks>
internal static class Sweeper
{
    /// <summary>The longest delay before a timeout or a disconnected client is detected.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest delay before a dead or expired idle connection is detected while there are no requests.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);

    private static readonly AutoResetEvent Requested = new(false);
    private static readonly Lock Lock = new();
    private static readonly HashSet<UpstreamClient> Clients = [];

    static Sweeper() => new Thread(Run) { Name = "Sweeper", IsBackground = true }.Start();

    /// <summary>Schedules at least one sweep of the client.</summary>
    public static void SweepSoon(UpstreamClient client)
    {
        Add(client);
        Requested.Set();
    }

    private static void Add(UpstreamClient client)
    {
        lock (Lock)
        {
            Clients.Add(client);
        }
    }

    private static void Run()
    {
        var clients = new List<UpstreamClient>();
        while (true)
        {
            Requested.WaitOne(clients.Count > 0 ? IdleInterval : Timeout.InfiniteTimeSpan);
            Thread.Sleep(Interval);
            clients.Clear();
            lock (Lock)
            {
                clients.AddRange(Clients);
                Clients.Clear();
            }

            clients.RemoveAll(static client => !client.Sweep());
            clients.ForEach(Add);
        }
    }
}
