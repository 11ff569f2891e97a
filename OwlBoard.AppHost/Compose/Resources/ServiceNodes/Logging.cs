namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>The log driver of a service.</summary>
internal sealed class Logging
{
    public string? Driver { get; set; }

    public Dictionary<string, string> Options { get; set; } = [];
}
