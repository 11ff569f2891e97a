using System.Globalization;
using System.Text;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>
/// Writes the little YAML that a docker-compose file needs: block mappings and sequences, two spaces a level, every text
/// in double quotes, keys plain. What is null or empty is left out.
/// </summary>
internal sealed class YamlWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _afterDash;

    public override string ToString() => _text.ToString();

    public void Member(string key, string? value)
    {
        if (value is not null)
        {
            Line($"{key}: {Quote(value)}");
        }
    }

    public void Member(string key, bool? value)
    {
        if (value is { } flag)
        {
            Line($"{key}: {(flag ? "true" : "false")}");
        }
    }

    public void Member(string key, int? value)
    {
        if (value is { } number)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"{key}: {number}"));
        }
    }

    public void Member(string key, IEnumerable<string>? values) =>
        Sequence(key, values, value => Line(Quote(value)));

    public void Member(string key, IEnumerable<KeyValuePair<string, string>>? values) =>
        Mapping(key, values, Member);

    /// <summary>A mapping whose keys are names, as of services.</summary>
    public void Mapping<T>(string key, IEnumerable<KeyValuePair<string, T>>? values, Action<string, T> write)
    {
        var all = values?.ToArray();
        if (all is { Length: > 0 })
        {
            Object(key, all, pairs =>
            {
                foreach (var (name, value) in pairs)
                {
                    write(name, value);
                }
            });
        }
    }

    public void Sequence<T>(string key, IEnumerable<T>? values, Action<T> write)
    {
        var all = values?.ToArray();
        if (all is { Length: > 0 })
        {
            Object(key, all, items =>
            {
                foreach (var item in items)
                {
                    _text.Append(' ', _depth * 2).Append("- ");
                    _afterDash = true;
                    _depth++;
                    write(item);
                    _depth--;
                }
            });
        }
    }

    public void Object<T>(string key, T? value, Action<T> write)
        where T : class
    {
        if (value is not null)
        {
            Line($"{key}:");
            _depth++;
            write(value);
            _depth--;
        }
    }

    private void Line(string text)
    {
        // The first line of a sequence's item follows its dash.
        _text.Append(' ', _afterDash ? 0 : _depth * 2).Append(text).Append('\n');
        _afterDash = false;
    }

    private static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
