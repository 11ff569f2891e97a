namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>A limit of the operating system.</summary>
internal sealed class Ulimit
{
    public int? Soft { get; set; }

    public int? Hard { get; set; }
}
