using System.Globalization;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.ServiceDefaults.Probing;

/// <summary>Asks a health endpoint once.</summary>
public static class HealthQuestion
{
    /// <summary>Asks, over mutual TLS if the address is an <c>https</c> one.</summary>
    /// <param name="url">The endpoint.</param>
    /// <param name="server">Whose certificate is expected over TLS: a name, or an address.</param>
    /// <param name="certificates">What to present and to believe over TLS; without them no server is believed.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What is wrong, for people; <see langword="null"/> for an answer from 200 to 299.</returns>
    public static async Task<string?> FindFaultAsync(
        Uri url, string server, CertificateSet? certificates, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = MutualTlsClient.CreateOptions(server, () => certificates, TimeProvider.System),
        };
        using var client = new HttpClient(handler) { Timeout = timeout };
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            return response.IsSuccessStatusCode
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{url} answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            return $"{url} is unreachable: {(failure.GetBaseException() as PeerNotTrustedException ?? (Exception)failure).Message}";
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{url} did not answer within {timeout.TotalSeconds:0} s");
        }
    }
}
