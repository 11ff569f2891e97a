using Microsoft.Extensions.Primitives;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Detects forwarding loops, in which a gateway leads back to a load balancer. Every load balancer appends itself to
/// <c>Via</c> (RFC 9110 section 7.6.3). A client cannot hide a loop: it can only affect <c>Via</c> before the first load
/// balancer, also by naming the field in <c>Connection</c>. A client that forges entries gets only its own request refused.
/// </summary>
internal sealed partial class LoopGuard(TimeProvider time, ILogger<LoopGuard> logger)
{
    /// <summary>The pseudonym in <c>Via</c>. All load balancers share it, so that a loop over several is detected.</summary>
    private const string Pseudonym = "OwlBoard-LB";

    /// <summary>The number of passes at which a request is refused. Chains of two or three load balancers are in use.</summary>
    private const int MostPasses = 5;

    /// <summary>The minimum time between two log entries, since a loop affects every request.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private long _logged;

    /// <summary>Returns the value of <c>Via</c> for the gateway: the received entries and this load balancer.</summary>
    public static string Via(HttpContext context)
    {
        var request = context.Request;
        var own = HttpProtocol.IsHttp11(request.Protocol) ? $"1.1 {Pseudonym}" : HttpProtocol.IsHttp2(request.Protocol) ? $"2 {Pseudonym}" : $"1.0 {Pseudonym}";
        var received = request.Headers.Via;
        return received.Count == 0 ? own : $"{received}, {own}";
    }

    /// <summary>Returns <see langword="true"/> and logs a warning if the request has passed too many load balancers.</summary>
    public bool IsInLoop(HttpContext context)
    {
        // Kestrel has a dedicated slot for this field, so reading it for each request needs no search.
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
                // An entry is the received protocol, white space and the pseudonym.
                var entry = line.AsSpan(range).Trim();
                if (entry[(entry.IndexOf(' ') + 1)..].Equals(Pseudonym, StringComparison.OrdinalIgnoreCase))
                {
                    passes++;
                }
            }
        }

        return passes;
    }

    [LoggerMessage(1, LogLevel.Warning, "Forwarding loop: {Method} {Path} passed {Passes} load balancers and was refused; a gateway in LoadBalancer:Gateways leads back to a load balancer")]
    private partial void LogLoop(string method, string path, int passes);
}
