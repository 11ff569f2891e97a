namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>Where the container engine keeps what a service prints.</summary>
internal sealed class Logging
{
    public string? Driver { get; set; }

    public Dictionary<string, string> Options { get; set; } = [];
}
