namespace OwlBoard.Certificates;

/// <summary>The exception for certificates that cannot be issued. Its message is one line with the reason and the remedy.</summary>
public sealed class CertificateException : Exception
{
    public CertificateException()
    {
    }

    public CertificateException(string message)
        : base(message)
    {
    }

    public CertificateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
