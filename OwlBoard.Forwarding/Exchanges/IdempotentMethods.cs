using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The idempotent methods (RFC 9110 section 9.2.2).</summary>
public static class IdempotentMethods
{
    /// <summary>Returns a value that indicates whether sending a request twice has the same effect as sending it once.</summary>
    /// <param name="method">The request method.</param>
    public static bool Contains(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);
}
