namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The proxies in front of the load balancer. Keys of the section <c>LoadBalancer</c> itself.</summary>
internal sealed class TrustedProxyOptions
{
    /// <summary>
    /// CIDR ranges of proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c> and <c>-Port</c> fields are trusted.
    /// Default: none.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];
}
