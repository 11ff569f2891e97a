namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The exception that is thrown for an unusable certificate file. It contains no key material.</summary>
public sealed class CertificateFileException : Exception
{
    public CertificateFileException()
    {
    }

    public CertificateFileException(string message)
        : base(message)
    {
    }

    public CertificateFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public CertificateFileException(string path, string reason)
        : base($"{path}: {reason}")
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; } = "";

    /// <summary>The reason why the file cannot be used.</summary>
    public string Reason { get; } = "";
}
