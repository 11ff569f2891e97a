using Microsoft.AspNetCore.Http;

namespace OwlBoard.AppHost.Embedded.Dashboard.Access;

/// <summary>What those see who are not in yet: nothing of the dashboard.</summary>
internal static class LoginPage
{
    public const string Path = "/login";

    /// <summary>Says how to get in.</summary>
    public static Task AskAsync(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return WriteAsync(context, $"""
            <h1>OwlBoard dashboard</h1>
            <p>{why}</p>
            <form action="{Path}"><label>Or its token: <input name="t" autocomplete="off" required></label> <button>Log in</button></form>
            """);
    }

    /// <summary>
    /// Goes to the dashboard by itself. A redirect would belong to the page that the link was on, and from another site's page
    /// the browser would not send the cookie along.
    /// </summary>
    public static Task GoOnAsync(HttpContext context) => WriteAsync(context, """
        <meta http-equiv="refresh" content="0;url=/">
        <p><a href="/">Go to the dashboard</a></p>
        """);

    private static Task WriteAsync(HttpContext context, string content)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="color-scheme" content="light dark">
            <title>OwlBoard dashboard</title>
            {content}
            </html>
            """);
    }
}
