namespace OwlBoard.ServiceDefaults;

/// <summary>How large requests may be unless the configuration says otherwise, for the programs that judge them.</summary>
public static class RequestLimits
{
    /// <summary>
    /// A request's body in bytes, 10 MiB: what the load balancer lets through by default
    /// (<c>LoadBalancer:Limits:RequestBodyBytes</c>), and what a service with large documents accepts. Frontends and gateways
    /// pass on what comes.
    /// </summary>
    public const long BodyBytes = 10 * 1024 * 1024;
}
