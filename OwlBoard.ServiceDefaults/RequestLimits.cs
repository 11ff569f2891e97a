namespace OwlBoard.ServiceDefaults;

/// <summary>The default request size limits, for the programs that enforce them.</summary>
public static class RequestLimits
{
    /// <summary>
    /// The maximum size of a request body, 10 MiB: the load balancer's default (<c>LoadBalancer:Limits:RequestBodyBytes</c>),
    /// and the limit of services with large documents. Frontends and gateways forward bodies of any size.
    /// </summary>
    public const long BodyBytes = 10 * 1024 * 1024;
}
