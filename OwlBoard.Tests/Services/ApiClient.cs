using System.Text;

namespace OwlBoard.Tests.Services;

/// <summary>Sends requests with JSON as text, so that a test sees exactly what clients see.</summary>
internal static class ApiClient
{
    public static Task<Answer> GetAsync(this RunningService service, string path) =>
        SendAsync(service.Http, HttpMethod.Get, path, null);

    public static Task<Answer> PostAsync(this RunningService service, string path, string? json = null) =>
        SendAsync(service.Http, HttpMethod.Post, path, json);

    public static Task<Answer> PutAsync(this RunningService service, string path, string json) =>
        SendAsync(service.Http, HttpMethod.Put, path, json);

    public static Task<Answer> DeleteAsync(this RunningService service, string path) =>
        SendAsync(service.Http, HttpMethod.Delete, path, null);

    /// <summary>Sends a POST from another client, with the address as forwarded by the load balancer.</summary>
    public static Task<Answer> PostFromAsync(this RunningService service, string client, string path, string json) =>
        SendAsync(service.Http, HttpMethod.Post, path, json, client);

    public static async Task<Answer> SendAsync(HttpClient http, HttpMethod method, string path, string? json, string? client = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (client is not null)
        {
            request.Headers.Add("X-Real-IP", client);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new(response.StatusCode, response.Content.Headers.ContentType?.MediaType, text)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }
}
