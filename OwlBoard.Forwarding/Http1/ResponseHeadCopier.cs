using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Http1;

/// <summary>Copies a parsed response head into Kestrel's response.</summary>
internal static class ResponseHeadCopier
{
    public static void Copy(ReadOnlySpan<byte> bytes, ResponseHead head, HttpResponse response, bool hasReason)
    {
        response.StatusCode = head.StatusCode;
        if (hasReason)
        {
            CopyReason(bytes, head, response);
        }

        var headers = response.Headers;
        foreach (var field in head.Fields)
        {
            var nameBytes = field.Name(bytes);
            if (HopFields.IsOfResponses(nameBytes) || (head.NamesHopFields && head.IsNamedByConnection(bytes, nameBytes)))
            {
                continue;
            }

            var name = HeaderStrings.Name(nameBytes);
            var value = HeaderStrings.Get(field.Value(bytes));
            headers[name] = headers.TryGetValue(name, out var present) && present.Count > 0 ? StringValues.Concat(present, value) : value;
        }

        // Without a body, the length is that of the response to a GET; it is dropped where it has no meaning.
        if (head.ContentLength >= 0 && head.StatusCode is not (101 or 204 or 205))
        {
            headers.ContentLength = head.ContentLength;
        }
    }

    private static void CopyReason(ReadOnlySpan<byte> bytes, ResponseHead head, HttpResponse response)
    {
        var reason = HeaderStrings.Get(bytes.Slice(head.Reason.Start, head.Reason.Length));
        if (reason.Length > 0 && reason != ReasonPhrases.GetReasonPhrase(head.StatusCode))
        {
            response.HttpContext.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = reason;
        }
    }
}
