namespace OwlBoard.Certificates;

/// <summary>What became of one certificate.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="NotAfter">Until when it is valid.</param>
/// <param name="IsNew">Whether it was issued just now.</param>
public sealed record IssuedCertificate(string Name, DateTimeOffset NotAfter, bool IsNew);
