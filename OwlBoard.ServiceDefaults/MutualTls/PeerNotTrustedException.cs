using System.Security.Authentication;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The exception that is thrown if a server's certificate is not trusted. The message is the reason.</summary>
public sealed class PeerNotTrustedException : AuthenticationException
{
    public PeerNotTrustedException()
    {
    }

    public PeerNotTrustedException(string message)
        : base(message)
    {
    }

    public PeerNotTrustedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
