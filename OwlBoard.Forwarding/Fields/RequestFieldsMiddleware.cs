using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Refuses requests with fields that two parsers could read in two ways, drops fields whose names a server may confuse with
/// others, and restores what Kestrel leaves out of <c>Connection</c>. Nearly every request passes at once: Kestrel's parser
/// has decoded its head without finding anything.
/// </summary>
internal sealed class RequestFieldsMiddleware(RequestDelegate next, Func<HttpContext, int, string, Task> refuse, Func<int> maxFields)
{
    public Task InvokeAsync(HttpContext context)
    {
        var limit = maxFields();
        var notes = RequestHeadNotes.Current;
        return notes is not null || limit > 0 || !HttpProtocol.IsHttp11(context.Request.Protocol)
            ? CheckAsync(context, notes, limit)
            : next(context);
    }

    private Task CheckAsync(HttpContext context, RequestHeadNotes? notes, int limit)
    {
        var request = context.Request;
        var headers = request.Headers;
        var isHttp2 = HttpProtocol.IsHttp2(request.Protocol);
        if (headers.ContentLength == LengthEncoding.Refused)
        {
            return refuse(context, StatusCodes.Status400BadRequest, "Content-Length is a number of digits only.");
        }

        if (isHttp2 && StringValues.IsNullOrEmpty(headers.Host))
        {
            return refuse(context, StatusCodes.Status400BadRequest, "A request names its host in :authority or Host.");
        }

        var count = 0;
        List<string>? dropped = null;
        foreach (var (name, values) in headers)
        {
            if (!FieldSyntax.IsToken(name))
            {
                return refuse(context, StatusCodes.Status400BadRequest, "A field's name has a character that no name may have.");
            }

            foreach (var value in values)
            {
                if (value?.Contains(FieldEncoding.Refused) == true)
                {
                    return refuse(context, StatusCodes.Status400BadRequest, $"The value of {name} has a control character.");
                }
            }

            if (name.Contains('_'))
            {
                (dropped ??= []).Add(name);
            }

            count += values.Count;
        }

        // Over HTTP/2, Kestrel adds Host where there was :authority.
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
