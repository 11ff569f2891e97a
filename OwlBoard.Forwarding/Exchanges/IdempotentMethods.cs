using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>RFC 9110 section 9.2.2.</summary>
public static class IdempotentMethods
{
    /// <summary>Whether a request may be sent twice to the same effect as once.</summary>
    /// <param name="method">Its method, as it was sent.</param>
    public static bool Contains(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);
}
