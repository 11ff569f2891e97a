using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Health;

/// <summary>Asks resources whether they are healthy.</summary>
internal sealed class HttpHealthProbe : IDisposable
{
    /// <summary>How long an answer may take: a program that is busy starting on a small machine needs a moment.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Deadline,
    };

    public async Task<bool> PassesAsync(HttpHealthCheckAnnotation check, CancellationToken cancellationToken)
    {
        var address = await check.Endpoint.GetValueAsync(cancellationToken);
        try
        {
            using var response = await _client.GetAsync(
                new Uri(new Uri(address!), check.Path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == check.StatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();
}
