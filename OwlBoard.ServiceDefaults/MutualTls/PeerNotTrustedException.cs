using System.Security.Authentication;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The server's certificate is not one to trust; the message says why, for the log.</summary>
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
