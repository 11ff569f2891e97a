namespace OwlBoard.ServiceDefaults;

/// <summary>The resource names, as the AppHost, service discovery and telemetry use them.</summary>
public static class ResourceNames
{
    public const string LoadBalancer = "load-balancer";
    public const string UserService = "user-service";
    public const string CanvasService = "canvas-service";
    public const string CommentsService = "comments-service";
    public const string ChatService = "chat-service";
    public const string DesktopFrontend = "desktop-frontend";
    public const string MobileFrontend = "mobile-frontend";

    /// <summary>The name of all gateways as one service, where the container orchestrator sets the replica count.</summary>
    public const string Gateways = "api-gateway";

    /// <summary>The name in the certificate of every gateway replica, which services for gateways only require.</summary>
    public const string GatewayIdentity = "gateway";

    /// <summary>The name in the certificate of health probes, which is accepted for <c>/health</c> only.</summary>
    public const string ProbeIdentity = "probe";

    /// <summary>Returns the name of a gateway replica, numbered from 1: <c>api-gateway-1</c>.</summary>
    public static string Gateway(int replica) => $"api-gateway-{replica}";
}
