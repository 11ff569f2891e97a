namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>A request as it arrived at an upstream.</summary>
/// <param name="Connection">The number of the upstream's connection; the first is 1.</param>
/// <param name="Head">Request line and fields with their line ends.</param>
/// <param name="Body">The body's data, without chunk sizes.</param>
internal sealed record RawRequest(int Connection, string Head, string Body)
{
    public string Line => Head.Split("\r\n")[0];

    /// <summary>The fields in a comparable form, with names in lower case.</summary>
    public IEnumerable<string> Fields => Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..].Select(line =>
    {
        var parts = line.Split(':', 2);
        return $"{parts[0].ToLowerInvariant()}: {parts[1].Trim()}";
    });

    public string? Field(string name) =>
        Fields.Where(field => field.StartsWith($"{name.ToLowerInvariant()}: ", StringComparison.Ordinal)).Select(field => field[(name.Length + 2)..]).SingleOrDefault();
}
