using OwlBoard.ServiceDefaults;

namespace OwlBoard.Certificates;

/// <summary>A program, or group of programs, that has a certificate.</summary>
/// <param name="Name">The name in the certificate, and of its folder.</param>
/// <param name="Role">The use of the certificate.</param>
public sealed record CertificateIdentity(string Name, CertificateRole Role)
{
    /// <summary>
    /// All identities of the system. The gateways share one: they have the same rights, and adding a replica must not
    /// require another certificate.
    /// </summary>
    public static IReadOnlyList<CertificateIdentity> All { get; } =
    [
        new(ResourceNames.UserService, CertificateRole.Server),
        new(ResourceNames.ChatService, CertificateRole.Server),
        new(ResourceNames.GatewayIdentity, CertificateRole.Client),
        new(ResourceNames.ProbeIdentity, CertificateRole.Client),
    ];
}
