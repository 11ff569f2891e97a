namespace OwlBoard.Certificates;

/// <summary>What a certificate is for; never for both.</summary>
public enum CertificateRole
{
    /// <summary>A service that others connect to.</summary>
    Server,

    /// <summary>A program that connects to services.</summary>
    Client,
}
