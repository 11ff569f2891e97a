
namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// Where a request came in. Set on each connection, so that the code that answers never compares port numbers.
/// </summary>
internal sealed record Listener(string Name, string LoadBalancerHeader, string HealthText)
{
    public static readonly Listener Desktop = new("desktop", "OwlBoard-LB", "Load Balancer Healthy");
    public static readonly Listener Mobile = new("mobile", "OwlBoard-LB-Mobile", "Load Balancer Healthy (Mobile)");

    public static readonly Listener Management = new("management", "OwlBoard-LB", "Load Balancer Healthy (Management)");

    /// <summary>The listener that the request's connection belongs to.</summary>
    public static Listener Of(HttpContext context) => ClientConnection.Of(context).Listener;
}
