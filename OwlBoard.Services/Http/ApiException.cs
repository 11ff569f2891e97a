namespace OwlBoard.Services.Http;

/// <summary>A request that cannot be served, raised where no endpoint has been reached yet.</summary>
internal sealed class ApiException(int statusCode, string detail) : Exception(detail)
{
    public int StatusCode => statusCode;

    /// <summary>The time after which the same request may succeed; <see langword="null"/> if it never will.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static ApiException Unprocessable(string detail) =>
        new(StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>The client has to wait: it asked too often, or for too much at once.</summary>
    public static ApiException TooManyRequests(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, detail) { RetryAfter = retryAfter };
}
