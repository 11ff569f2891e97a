namespace OwlBoard.Services.Http;

/// <summary>A request that cannot be served, raised where no endpoint has been reached yet.</summary>
internal sealed class ApiException(int statusCode, string detail) : Exception(detail)
{
    public int StatusCode => statusCode;

    public static ApiException Unprocessable(string detail) =>
        new(StatusCodes.Status422UnprocessableEntity, detail);
}
