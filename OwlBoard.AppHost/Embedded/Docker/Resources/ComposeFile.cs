using Aspire.Hosting.Docker.Resources.ComposeNodes;

namespace Aspire.Hosting.Docker.Resources;

/// <summary>A docker-compose file.</summary>
internal sealed class ComposeFile
{
    public Dictionary<string, Network> Networks { get; } = [];

    public ComposeFile AddNetwork(Network network)
    {
        Networks[network.Name] = network;
        return this;
    }
}
