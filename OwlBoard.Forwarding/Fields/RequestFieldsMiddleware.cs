using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Refuses requests with fields that two parsers could read differently, drops fields whose names a server may confuse with
/// others, and restores what Kestrel removes from <c>Connection</c>. Nearly all requests pass without a check, because
/// decoding the head found nothing to report.
/// </summary>
internal sealed class RequestFieldsMiddleware(RequestDelegate next, Func<HttpContext, int, string, Task> refuse, Func<int> maxFields)
{
    public Task InvokeAsync(HttpContext context)
    {
        var limit = maxFields();
        var notes = RequestHeadFindings.Current;
        return notes is not null || limit > 0 || !HttpProtocol.IsHttp11(context.Request.Protocol)
            ? CheckAsync(context, notes, limit)
            : next(context);
    }

    private Task CheckAsync(HttpContext context, RequestHeadFindings? notes, int limit)
    {
        var request = context.Request;
        var headers = request.Headers;
        var isHttp2 = HttpProtocol.IsHttp2(request.Protocol);
        if (headers.ContentLength == LengthEncoding.Refused)
        {
            return refuse(context, StatusCodes.Status400BadRequest, "Content-Length must consist of digits only.");
        }

        if (isHttp2 && StringValues.IsNullOrEmpty(headers.Host))
        {
            return refuse(context, StatusCodes.Status400BadRequest, "The request must have a host in :authority or Host.");
        }

        var count = 0;
        List<string>? dropped = null;
        foreach (var (name, values) in headers)
        {
            if (!FieldSyntax.IsToken(name))
            {
                return refuse(context, StatusCodes.Status400BadRequest, "The request has a field name with an invalid character.");
            }

            foreach (var value in values)
            {
                if (value?.Contains(FieldEncoding.Refused) == true)
                {
                    return refuse(context, StatusCodes.Status400BadRequest, $"The value of {name} contains an invalid character.");
                }
            }

            if (name.Contains('_'))
            {
                (dropped ??= []).Add(name);
            }

            count += values.Count;
        }

        // Over HTTP/2, Kestrel derives Host from :authority.
        if (limit > 0 && count - (isHttp2 ? 1 : 0) > limit)
        {
            return refuse(context, StatusCodes.Status431RequestHeaderFieldsTooLarge, $"A request may have at most {limit} fields.");
        }

        foreach (var name in dropped ?? [])
        {
            headers.Remove(name);
        }

        if (notes is { Connection.Count: > 0 } && headers.Connection is [{ } option] && ConnectionFieldEncoding.IsKnownOption(option))
        {
            headers.Connection = StringValues.Concat(option, notes.Connection);
        }

        return next(context);
    }
}
