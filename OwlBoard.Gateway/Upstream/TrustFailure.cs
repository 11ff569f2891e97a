using System.Security.Authentication;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.Gateway.Upstream;

/// <summary>A TLS failure that shows that the service's identity was not established.</summary>
/// <param name="IsCertificateRejected">Indicates whether the certificate was rejected; otherwise the handshake failed.</param>
/// <param name="Reason">The reason, for the log.</param>
internal sealed record TrustFailure(bool IsCertificateRejected, string Reason)
{
    /// <summary>Returns the trust failure in the proxy's exception, or <see langword="null"/> if it has another cause.</summary>
    public static TrustFailure? Find(Exception? failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return new(inner is PeerNotTrustedException, inner.Message);
            }
        }

        return null;
    }
}
