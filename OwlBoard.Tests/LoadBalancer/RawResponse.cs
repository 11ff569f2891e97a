namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A response as it was on the wire, its body without chunk sizes.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>A header's value; <see langword="null"/> if it is not there.</summary>
    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}
