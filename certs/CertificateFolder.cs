namespace OwlBoard.Certificates;

/// <summary>
/// Where the files are: one folder for each identity, with all it needs and nothing else, so that a container gets its
/// own by mounting a folder (a file that is mounted by itself would stay the old one when it is replaced).
/// </summary>
/// <param name="Root">The path of the folder.</param>
public sealed record CertificateFolder(string Root)
{
    private const string AuthorityFolder = "authority";
    private const string CertificateFile = "certificate.pem";
    private const string AuthorityFile = "ca.pem";

    /// <summary>The certificate of an identity and its private key, in one file: they are replaced together or not at all.</summary>
    public string Certificate(string identity) => Join(identity, CertificateFile);

    /// <summary>The authorities that this identity believes; not secret.</summary>
    public string Authority(string identity) => Join(identity, AuthorityFile);

    /// <summary>The authority and its private key. Nobody but the issuing reads it.</summary>
    internal string AuthorityKey => Join(AuthorityFolder, CertificateFile);

    /// <summary>All authorities in use: the present one first, then those before it.</summary>
    internal string Authorities => Join(AuthorityFolder, AuthorityFile);

    internal string Lock => Path.Combine(Root, ".lock");

    /// <summary>With forward slashes for a path inside of a container, whatever system publishes it.</summary>
    private string Join(string identity, string file) =>
        Root.StartsWith('/') ? $"{Root.TrimEnd('/')}/{identity}/{file}" : Path.Combine(Root, identity, file);
}
