namespace OwlBoard.Frontend.Pages;

/// <summary>
/// Adds the security headers of the pages: a page may run and load only what this frontend serves, and other sites may not
/// frame it. Responses of the load balancer have their own headers.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        // blob: is required to convert a drawing to PNG.
        + "img-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
        + "require-trusted-types-for 'script'; trusted-types owlboard";

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "SAMEORIGIN";
            headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
        }

        return next(context);
    }
}
