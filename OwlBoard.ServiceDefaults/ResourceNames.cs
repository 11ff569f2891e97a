namespace OwlBoard.ServiceDefaults;

/// <summary>The names of the system's parts, as the AppHost, service discovery and telemetry know them.</summary>
public static class ResourceNames
{
    public const string LoadBalancer = "load-balancer";
    public const string UserService = "user-service";
    public const string CanvasService = "canvas-service";
    public const string CommentsService = "comments-service";
    public const string ChatService = "chat-service";
    public const string DesktopFrontend = "desktop-frontend";
    public const string MobileFrontend = "mobile-frontend";

    /// <summary>All gateways as one service, where whoever runs the containers counts them.</summary>
    public const string Gateways = "api-gateway";

    /// <summary>Who every gateway replica is to the services that take gateways only: the name in its certificate.</summary>
    public const string GatewayIdentity = "gateway";

    /// <summary>Who asks a service for its health, and may ask it for nothing else: the name in the certificate.</summary>
    public const string ProbeIdentity = "probe";

    /// <summary>The name of one gateway replica, counted from 1: <c>api-gateway-1</c>.</summary>
    public static string Gateway(int replica) => $"api-gateway-{replica}";
}
