
namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The listener that accepted a connection. Set on each connection, so that no code compares port numbers.</summary>
internal sealed record Listener(string Name, string LoadBalancerHeader, string HealthText)
{
    public static readonly Listener Desktop = new("desktop", "OwlBoard-LB", "Load Balancer Healthy");
    public static readonly Listener Mobile = new("mobile", "OwlBoard-LB-Mobile", "Load Balancer Healthy (Mobile)");

    public static readonly Listener Management = new("management", "OwlBoard-LB", "Load Balancer Healthy (Management)");

    /// <summary>Returns the listener of a request's connection.</summary>
    public static Listener Of(HttpContext context) => ClientConnection.Of(context).Listener;
}
