using System.Security.Authentication;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.Gateway.Upstream;

/// <summary>A service was there, but is not who it should be.</summary>
/// <param name="IsOfCertificate">Whether its certificate was the matter, rather than that no TLS could be agreed on.</param>
/// <param name="Reason">Why, for the log.</param>
internal sealed record TrustFailure(bool IsOfCertificate, string Reason)
{
    /// <summary>The failure in what the proxy has caught; <see langword="null"/> if it was something else.</summary>
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
