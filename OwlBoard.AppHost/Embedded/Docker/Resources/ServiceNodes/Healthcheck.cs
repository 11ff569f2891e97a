namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>How the container engine finds out whether a service is well.</summary>
internal sealed class Healthcheck
{
    public List<string> Test { get; set; } = [];

    public required string Interval { get; set; }

    public required string Timeout { get; set; }

    public int? Retries { get; set; }

    public required string StartPeriod { get; set; }
}
