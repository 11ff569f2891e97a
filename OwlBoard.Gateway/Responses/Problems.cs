using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Gateway.Responses;

/// <summary>Writes the gateway's own error responses as problem bodies (RFC 9457).</summary>
internal static class Problems
{
    public static Task RefuseAsync(HttpContext context, string detail) => RefuseAsync(context, StatusCodes.Status400BadRequest, detail);

    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        // The rest of the request was not parsed, so the start of the next one on this connection is unknown.
        context.Response.Headers.Connection = "close";
        return WriteAsync(context, status, title: null, detail);
    }

    public static Task ForbiddenAsync(HttpContext context, string detail) =>
        WriteAsync(context, StatusCodes.Status403Forbidden, title: null, detail);

    public static Task NotFoundAsync(HttpContext context) => WriteAsync(
        context,
        StatusCodes.Status404NotFound,
        "Not found",
        $"There is no route for {context.Request.Method} {RequestTarget.Of(context).Path}.");

    public static Task ServiceFailureAsync(HttpContext context, int status, string service, string detail) => WriteAsync(
        context,
        status,
        status == StatusCodes.Status503ServiceUnavailable ? "Service unavailable" : null,
        detail,
        new Dictionary<string, object?> { ["service"] = service });

    private static Task WriteAsync(
        HttpContext context, int status, string? title, string detail, Dictionary<string, object?>? extensions = null) => Results.Problem(
        statusCode: status,
        title: title,
        detail: detail,
        instance: RequestTarget.Of(context).Path.ToString(),
        extensions: extensions).ExecuteAsync(context);
}
