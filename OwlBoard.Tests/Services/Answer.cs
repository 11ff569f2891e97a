using System.Net;
using System.Text.Json;

namespace OwlBoard.Tests.Services;

/// <summary>What a service answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Text)
{
    /// <summary>How long to wait before the next request, if the service says so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public JsonElement this[string property] => Json.GetProperty(property);

    /// <summary>Asserts that this is an error as the API words them.</summary>
    /// <returns>Its detail.</returns>
    public string AssertError(HttpStatusCode status)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/json", MediaType);
        var detail = this["detail"].GetString();
        Assert.False(string.IsNullOrWhiteSpace(detail));
        return detail;
    }

    /// <summary>Asserts that the client has to wait: 429, a problem body and how long.</summary>
    /// <returns>The detail.</returns>
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
