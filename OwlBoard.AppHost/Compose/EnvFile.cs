namespace Aspire.Hosting.Docker;

/// <summary>
/// The <c>.env</c> file next to a docker-compose file: its variables in alphabetical order, each with a comment. Existing values
/// and comments are kept, including those of variables that the model no longer has.
/// </summary>
internal sealed class EnvFile
{
    private readonly SortedDictionary<string, (string Value, string? Comment)> _variables = [];
    private readonly string _path;

    private EnvFile(string path) => _path = path;

    public static EnvFile Load(string path)
    {
        var file = new EnvFile(path);
        string? comment = null;
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            var text = line.TrimStart();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !text.StartsWith('#'))
            {
                file._variables[text[..equals].Trim()] = (text[(equals + 1)..], comment);
            }

            // A comment belongs to the variable on the next line.
            comment = text.StartsWith('#') ? text[1..].Trim() : null;
        }

        return file;
    }

    /// <summary>Adds the variables that the file lacks, without a value.</summary>
    public void AddMissing(Dictionary<string, string> comments)
    {
        foreach (var (name, comment) in comments)
        {
            _variables.TryAdd(name, (string.Empty, comment));
        }
    }

    public void Save()
    {
        var lines = new List<string>();
        foreach (var (name, (value, comment)) in _variables)
        {
            if (!string.IsNullOrWhiteSpace(comment))
            {
                lines.Add($"# {comment}");
            }

            lines.AddRange([$"{name}={value}", string.Empty]);
        }

        File.WriteAllLines(_path, lines);
    }
}
