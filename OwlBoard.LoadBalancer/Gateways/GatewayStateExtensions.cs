namespace OwlBoard.LoadBalancer.Gateways;

internal static class GatewayStateExtensions
{
    /// <summary>Returns the name of the state in status pages and responses.</summary>
    public static string Name(this GatewayState state) => state switch
    {
        GatewayState.Healthy => "healthy",
        GatewayState.Unhealthy => "unhealthy",
        GatewayState.Ejected => "ejected",
        GatewayState.Draining => "draining",
        GatewayState.Drained => "drained",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
