namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>A certificate's file is not as it should be. Neither the message nor anything else has key material in it.</summary>
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

    /// <summary>The file.</summary>
    public string Path { get; } = "";

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = "";
}
