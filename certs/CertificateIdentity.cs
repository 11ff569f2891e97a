using OwlBoard.ServiceDefaults;

namespace OwlBoard.Certificates;

/// <summary>Someone who gets a certificate.</summary>
/// <param name="Name">The name in it, and the name of its folder.</param>
/// <param name="Role">What it is for.</param>
public sealed record CertificateIdentity(string Name, CertificateRole Role)
{
    /// <summary>
    /// Everyone in the system who gets one. The gateways share one identity: they may all do the same, their number
    /// changes with the load, and a replica more must not mean a certificate more.
    /// </summary>
    public static IReadOnlyList<CertificateIdentity> All { get; } =
    [
        new(ResourceNames.UserService, CertificateRole.Server),
        new(ResourceNames.ChatService, CertificateRole.Server),
        new(ResourceNames.GatewayIdentity, CertificateRole.Client),
        new(ResourceNames.ProbeIdentity, CertificateRole.Client),
    ];
}
