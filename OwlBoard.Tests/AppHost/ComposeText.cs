namespace OwlBoard.Tests.AppHost;

/// <summary>A compose file, split into its services by indentation.</summary>
internal sealed record ComposeText(string Text, IReadOnlyDictionary<string, string> Services)
{
    public static ComposeText Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "AppHost", "Expected", $"{name}.yaml"));
        var services = new Dictionary<string, string>();
        string? section = null, service = null;
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith(' '))
            {
                section = line;
            }
            else if (section == "services:" && line is [' ', ' ', not ' ', ..])
            {
                service = line.Trim().TrimEnd(':');
                services[service] = "";
            }
            else if (section == "services:")
            {
                services[service!] += line + "\n";
            }
        }

        return new(text, services);
    }
}
