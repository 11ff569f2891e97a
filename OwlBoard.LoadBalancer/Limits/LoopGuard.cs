using Microsoft.Extensions.Primitives;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Recognizes a request that comes back to a load balancer again and again: one of the gateways leads back to it. Every load
/// balancer appends itself to <c>Via</c> (RFC 9110 section 7.6.3), which a later one cannot miss: what the client sends under
/// this name, or names in <c>Connection</c>, is from before the first of them. A client that states passes which there
/// were not gets its own request refused, no other.
/// </summary>
internal sealed partial class LoopGuard(TimeProvider time, ILogger<LoopGuard> logger)
{
    /// <summary>The load balancer's pseudonym: the same for all, so that a loop over several of them is recognized too.</summary>
    private const string Pseudonym = "OwlBoard-LB";

    /// <summary>The load balancers that a request may pass. Chains of two or three are in use.</summary>
    private const int MostPasses = 5;

    /// <summary>A loop affects every request: it is logged once in this time.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private long _logged;

    /// <summary>Returns the value of <c>Via</c> for the gateway: what was received, with this load balancer appended.</summary>
    public static string Via(HttpContext context)
    {
        var request = context.Request;
        var own = HttpProtocol.IsHttp11(request.Protocol) ? $"1.1 {Pseudonym}" : HttpProtocol.IsHttp2(request.Protocol) ? $"2 {Pseudonym}" : $"1.0 {Pseudonym}";
        var received = request.Headers.Via;
        return received.Count == 0 ? own : $"{received}, {own}";
    }

    /// <summary>Returns whether the request has passed load balancers so often that it can only be in a loop, and logs it.</summary>
    public bool IsInLoop(HttpContext context)
    {
        // Read for each request: Kestrel knows this name, and finds it absent without a search.
        var via = context.Request.Headers.Via;
        if (via.Count == 0 || Passes(via) < MostPasses)
        {
            return false;
        }

        var now = time.GetTimestamp();
        var logged = Volatile.Read(ref _logged);
        if ((logged == 0 || time.GetElapsedTime(logged, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _logged, now, logged) == logged)
        {
            LogLoop(context.Request.Method, context.Request.Path, MostPasses);
        }

        return true;
    }

    private static int Passes(StringValues via)
    {
        var passes = 0;
        foreach (var line in via)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                // The protocol, white space, and who received it.
                var entry = line.AsSpan(range).Trim();
                if (entry[(entry.IndexOf(' ') + 1)..].Equals(Pseudonym, StringComparison.OrdinalIgnoreCase))
                {
                    passes++;
                }
            }
        }

        return passes;
    }

    [LoggerMessage(1, LogLevel.Warning, "{Method} {Path} has passed {Passes} load balancers and is refused: one of LoadBalancer:Gateways leads back to a load balancer")]
    private partial void LogLoop(string method, string path, int passes);
}
