namespace OwlBoard.Services.Http;

/// <summary>The exception for a request that cannot be served, thrown before an endpoint is reached.</summary>
internal sealed class ApiException(int statusCode, string detail) : Exception(detail)
{
    public int StatusCode => statusCode;

    /// <summary>The time after which the request may be retried; <see langword="null"/> if a retry cannot succeed.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static ApiException Unprocessable(string detail) =>
        new(StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>Creates an exception for a client that exceeded a limit.</summary>
    public static ApiException TooManyRequests(string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, detail) { RetryAfter = retryAfter };
}
