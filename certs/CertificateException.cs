namespace OwlBoard.Certificates;

/// <summary>Certificates could not be issued; the message is one line that says why and what to do.</summary>
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
