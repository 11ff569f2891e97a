namespace OwlBoard.Gateway.Responses;

/// <summary>The gateway's own answers, as problem bodies (RFC 9457).</summary>
internal static class Problems
{
    public static Task NotFoundAsync(HttpContext context) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound,
        title: "Not found",
        detail: $"There is no route for {context.Request.Method} {context.Request.Path}.",
        instance: context.Request.Path).ExecuteAsync(context);

    public static Task OfServiceAsync(HttpContext context, int status, string service, string detail) => Results.Problem(
        statusCode: status,
        title: status == StatusCodes.Status503ServiceUnavailable ? "Service unavailable" : null,
        detail: detail,
        instance: context.Request.Path,
        extensions: new Dictionary<string, object?> { ["service"] = service }).ExecuteAsync(context);
}
