namespace OwlBoard.Frontend;

/// <summary>What a frontend needs to know. Section <c>Frontend</c>.</summary>
internal sealed class FrontendOptions
{
    public const string Section = "Frontend";

    /// <summary>
    /// The load balancer, as a logical address for service discovery or a real one. Default <c>http://localhost:8000</c>
    /// for desktop, <c>http://localhost:9000</c> for mobile.
    /// </summary>
    public string LoadBalancer { get; set; } = "";
}
