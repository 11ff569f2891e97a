using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Features;

namespace OwlBoard.Forwarding.Targets;

/// <summary>
/// Checks the target of each request before it is used. An accepted target has one meaning: <see cref="HttpRequest.Path"/> is
/// what an upstream decodes from the bytes of <see cref="RequestTarget"/>, in whichever form the target was sent.
/// </summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="refuse">Responds with 400 and a reason.</param>
/// <param name="options">Responds to <c>OPTIONS *</c>.</param>
internal sealed class RequestTargetMiddleware(RequestDelegate next, Func<HttpContext, string, Task> refuse, RequestDelegate options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var target = context.Features.Find<IHttpRequestFeature>()!.RawTarget;
        return TargetSyntax.IsPlain(target) ? next(context) : CheckAsync(context, target);
    }

    private Task CheckAsync(HttpContext context, string target)
    {
        var request = context.Request;
        if (HttpMethods.IsConnect(request.Method) && !target.StartsWith('/'))
        {
            // The authority form names no resource here; routing finds no endpoint for it.
            return next(context);
        }

        if (target == "*")
        {
            return options(context);
        }

        if (TargetSyntax.FindFault(target) is { } fault)
        {
            return refuse(context, fault);
        }

        if (target.StartsWith('/'))
        {
            return next(context);
        }

        // RFC 9112 section 3.2.2: the host of the target overrides the Host field.
        request.Headers.Host = Authority.WithoutEmptyPort(TargetSyntax.AuthorityOf(target)).ToString();
        if (TargetSyntax.PathStart(target) == target.Length && HttpMethods.IsOptions(request.Method))
        {
            // RFC 9112 section 3.2.4: the absolute form of OPTIONS *.
            return options(context);
        }

        // Kestrel decodes the absolute form with Uri, which differs from its decoding of the origin form.
        request.Path = PathString.FromUriComponent(RequestTarget.Parse(target).WithoutDotSegments().Path.ToString());
        return next(context);
    }
}
