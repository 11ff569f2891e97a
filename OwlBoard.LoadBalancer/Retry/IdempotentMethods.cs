namespace OwlBoard.LoadBalancer.Retry;

/// <summary>RFC 9110 section 9.2.2.</summary>
internal static class IdempotentMethods
{
    /// <summary>Whether the request may be sent twice to the same effect as once.</summary>
    public static bool Contains(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method);
}
