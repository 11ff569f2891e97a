namespace OwlBoard.Certificates;

/// <summary>The result of issuing for one identity.</summary>
/// <param name="Name">The name of the identity.</param>
/// <param name="NotAfter">The end of the validity.</param>
/// <param name="IsNew">Indicates whether the certificate was issued by this call.</param>
public sealed record IssuedCertificate(string Name, DateTimeOffset NotAfter, bool IsNew);
