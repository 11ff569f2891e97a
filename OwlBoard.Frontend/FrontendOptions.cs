namespace OwlBoard.Frontend;

/// <summary>The settings of a frontend. Section <c>Frontend</c>.</summary>
internal sealed class FrontendOptions
{
    public const string Section = "Frontend";

    /// <summary>
    /// The address of the load balancer: a logical name for service discovery or a real address. Default
    /// <c>http://localhost:8000</c> for desktop, <c>http://localhost:9000</c> for mobile.
    /// </summary>
    public string LoadBalancer { get; set; } = "";
}
