namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>The command by which the container engine checks a service, with its timing.</summary>
internal sealed class Healthcheck
{
    public List<string> Test { get; set; } = [];

    public required string Interval { get; set; }

    public required string Timeout { get; set; }

    public int? Retries { get; set; }

    public required string StartPeriod { get; set; }
}
