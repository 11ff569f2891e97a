namespace OwlBoard.Frontend.Pages;

/// <summary>
/// What a browser may do with the pages: run and load only what this frontend serves, and show up in no foreign frame.
/// What comes from the load balancer carries its own headers.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        // blob: is how a drawing becomes a PNG.
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
