using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway.Configuration;

/// <summary>
/// The addresses of the services: logical names for service discovery, or real addresses. Section
/// <c>Gateway:Services</c>.
/// </summary>
/// <remarks>
/// <c>https</c> uses mutual TLS with the certificates of section <c>MutualTls</c>. Plain HTTP is used only for a configured
/// <c>http</c> address; there is no fallback to it.
/// </remarks>
internal sealed class ServiceAddresses
{
    /// <summary>The address of the user service. Default <c>https://user-service</c>.</summary>
    public string Users { get; set; } = $"https://{ResourceNames.UserService}";

    /// <summary>The address of the canvas service. Default <c>http://canvas-service</c>.</summary>
    public string Canvas { get; set; } = $"http://{ResourceNames.CanvasService}";

    /// <summary>The address of the comments service. Default <c>http://comments-service</c>.</summary>
    public string Comments { get; set; } = $"http://{ResourceNames.CommentsService}";

    /// <summary>The address of the chat service. Default <c>https://chat-service</c>.</summary>
    public string Chat { get; set; } = $"https://{ResourceNames.ChatService}";
}
