using Microsoft.AspNetCore.Http;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A request as received by an upstream.</summary>
internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public static ReceivedRequest Of(HttpRequest request) => new(
        request.Method,
        $"{request.Path}{request.QueryString}",
        request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));

    /// <summary>Returns a header's value; <see langword="null"/> if the header is missing.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
