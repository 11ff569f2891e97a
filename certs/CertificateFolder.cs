namespace OwlBoard.Certificates;

/// <summary>
/// The layout of the certificate files: one folder per identity with exactly the files that it needs, so that a container
/// mounts only its own folder. A bind mount of a single file would not follow a replacement of the file.
/// </summary>
/// <param name="Root">The path of the folder.</param>
public sealed record CertificateFolder(string Root)
{
    private const string AuthorityFolder = "authority";
    private const string CertificateFile = "certificate.pem";
    private const string AuthorityFile = "ca.pem";

    /// <summary>Returns the path of an identity's certificate and private key: one file, so that they are replaced together.</summary>
    public string Certificate(string identity) => Join(identity, CertificateFile);

    /// <summary>Returns the path of the authorities that the identity trusts. The file is not secret.</summary>
    public string Authority(string identity) => Join(identity, AuthorityFile);

    /// <summary>The path of the current authority and its private key, which only the issuer reads.</summary>
    internal string AuthorityKey => Join(AuthorityFolder, CertificateFile);

    /// <summary>The path of all trusted authorities: the current one first, then its predecessors.</summary>
    internal string Authorities => Join(AuthorityFolder, AuthorityFile);

    internal string Lock => Path.Combine(Root, ".lock");

    /// <summary>Joins with forward slashes if the root is a path inside a container, also when published on Windows.</summary>
    private string Join(string identity, string file) =>
        Root.StartsWith('/') ? $"{Root.TrimEnd('/')}/{identity}/{file}" : Path.Combine(Root, identity, file);
}
