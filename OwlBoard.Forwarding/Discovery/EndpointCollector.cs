using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>Collects the endpoints from the service discovery providers.</summary>
internal sealed class EndpointCollector : IServiceEndpointBuilder
{
    private readonly List<IChangeToken> _changeTokens = [];

    public IList<ServiceEndpoint> Endpoints { get; } = [];

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public IReadOnlyList<IChangeToken> ChangeTokens => _changeTokens;

    public void AddChangeToken(IChangeToken changeToken) => _changeTokens.Add(changeToken);
}
