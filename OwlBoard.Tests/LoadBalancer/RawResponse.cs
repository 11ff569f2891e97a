namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A response as on the wire, its body without chunk sizes.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>Returns a header's value; <see langword="null"/> if the header is missing.</summary>
    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}
