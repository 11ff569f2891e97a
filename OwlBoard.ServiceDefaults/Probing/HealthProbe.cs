using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.ServiceDefaults.Probing;

/// <summary>
/// Sends one health probe over a bare connection. A container's health check is a new process every few seconds, and
/// starting HttpClient took most of its processor time.
/// </summary>
public static class HealthProbe
{
    /// <summary>The length of <c>HTTP/1.1 200</c>; the rest of the response is ignored.</summary>
    private const int StatusLength = 12;

    private const int StatusOffset = 9;

    /// <summary>Sends the probe, over mutual TLS for an <c>https</c> address, and returns the fault.</summary>
    /// <param name="url">The endpoint.</param>
    /// <param name="server">The name or address that the server's certificate must be for over TLS.</param>
    /// <param name="certificates">The certificate and authorities for TLS; without them no server is trusted.</param>
    /// <param name="timeout">The maximum time until the response.</param>
    /// <param name="cancellationToken">Cancels the probe.</param>
    /// <returns>The fault, as a message; <see langword="null"/> for a status from 200 to 299.</returns>
    public static async Task<string?> FindFaultAsync(
        Uri url, string server, CertificateSet? certificates, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var connection = new TcpClient { NoDelay = true };
            await connection.ConnectAsync(url.IdnHost, url.Port, deadline.Token);
            var stream = connection.GetStream();
            if (url.Scheme != Uri.UriSchemeHttps)
            {
                return await FindFaultAsync(url, stream, deadline.Token);
            }

            await using var secured = new SslStream(stream, leaveInnerStreamOpen: true);
            await secured.AuthenticateAsClientAsync(MutualTlsClient.CreateOptions(server, () => certificates, TimeProvider.System), deadline.Token);
            return await FindFaultAsync(url, secured, deadline.Token);
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException)
        {
            return $"{url} is unreachable: {failure.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{url} did not respond within {timeout.TotalSeconds:0.##} s");
        }
    }

    private static async Task<string?> FindFaultAsync(Uri url, Stream connection, CancellationToken cancellationToken)
    {
        var question = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(question), cancellationToken);

        var answer = new byte[StatusLength];
        var length = await connection.ReadAtLeastAsync(answer, StatusLength, throwOnEndOfStream: false, cancellationToken);
        return length < StatusLength || !answer.AsSpan().StartsWith("HTTP/1."u8)
            || !int.TryParse(answer.AsSpan(StatusOffset), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? $"{url} did not return an HTTP/1.1 response"
            : status is >= (int)HttpStatusCode.OK and < (int)HttpStatusCode.MultipleChoices
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{url} returned {status}");
    }
}
