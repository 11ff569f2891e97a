namespace OwlBoard.Certificates;

/// <summary>The use of a certificate. No certificate has both.</summary>
public enum CertificateRole
{
    /// <summary>Authenticates a service to its clients.</summary>
    Server,

    /// <summary>Authenticates a program to the services that it connects to.</summary>
    Client,
}
