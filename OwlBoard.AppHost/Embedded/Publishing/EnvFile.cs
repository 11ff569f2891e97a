namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>
/// The <c>.env</c> file beside a docker-compose file: one variable a block, sorted, each with a comment. What is in the
/// file already stays, values and comments, also of variables that the model no longer has.
/// </summary>
internal sealed class EnvFile
{
    private readonly SortedDictionary<string, (string? Value, string? Comment)> _entries = new(StringComparer.Ordinal);

    private EnvFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The variables without a value.</summary>
    public IReadOnlyList<string> Empty => [.. _entries.Where(entry => string.IsNullOrEmpty(entry.Value.Value)).Select(entry => entry.Key)];

    public static EnvFile Load(string path)
    {
        var file = new EnvFile(path);
        if (!File.Exists(path))
        {
            return file;
        }

        string? comment = null;
        foreach (var line in File.ReadLines(path))
        {
            var text = line.TrimStart();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (text.StartsWith('#'))
            {
                // A comment belongs to the variable in the next line.
                comment = text[1..].Trim();
                continue;
            }

            if (equals > 0)
            {
                file._entries[text[..equals].Trim()] = (text[(equals + 1)..], comment);
            }

            comment = null;
        }

        return file;
    }

    public void AddMissing(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        foreach (var (name, comment) in variables)
        {
            _entries.TryAdd(name, (null, comment));
        }
    }

    public void Save()
    {
        var lines = new List<string>();
        foreach (var (name, (value, comment)) in _entries)
        {
            if (!string.IsNullOrWhiteSpace(comment))
            {
                lines.Add($"# {comment}");
            }

            lines.Add($"{name}={value}");
            lines.Add(string.Empty);
        }

        File.WriteAllLines(Path, lines);
    }
}
