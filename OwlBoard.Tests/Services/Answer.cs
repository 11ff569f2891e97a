using System.Net;
using System.Text.Json;

namespace OwlBoard.Tests.Services;

/// <summary>A response of a service.</summary>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Text)
{
    /// <summary>The delay before the next request, if the service states one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public JsonElement this[string property] => Json.GetProperty(property);

    /// <summary>Asserts that this is an error in the format of the API.</summary>
    /// <returns>The error's detail.</returns>
    public string AssertError(HttpStatusCode status)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/json", MediaType);
        var detail = this["detail"].GetString();
        Assert.False(string.IsNullOrWhiteSpace(detail));
        return detail;
    }

    /// <summary>Asserts that the request was throttled: 429, a problem body and a delay.</summary>
    /// <returns>The error's detail.</returns>
    public string AssertTooMany()
    {
        AssertStatus(HttpStatusCode.TooManyRequests);
        Assert.Equal("application/problem+json", MediaType);
        Assert.True(RetryAfter > TimeSpan.Zero);
        return this["detail"].GetString()!;
    }

    public Answer AssertStatus(HttpStatusCode status)
    {
        Assert.True(status == Status, $"Expected {status}, got {Status}: {Text}");
        return this;
    }
}
