using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.ServiceDefaults.Probing;

/// <summary>
/// Asks a health endpoint once. Over a bare connection: a container's health check is a process of its own every few
/// seconds, and most of the processor time that it took was HttpClient's start.
/// </summary>
public static class HealthQuestion
{
    /// <summary>The length of <c>HTTP/1.1 200</c>, which is all of the answer that counts.</summary>
    private const int StatusLength = 12;

    private const int StatusOffset = 9;

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
            return string.Create(CultureInfo.InvariantCulture, $"{url} did not answer within {timeout.TotalSeconds:0.##} s");
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
            ? $"{url} answered with something that is not HTTP/1.1"
            : status is >= (int)HttpStatusCode.OK and < (int)HttpStatusCode.MultipleChoices
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{url} answered {status}");
    }
}
