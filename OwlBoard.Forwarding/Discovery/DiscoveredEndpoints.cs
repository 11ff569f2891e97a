using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>The result of looking up one address.</summary>
/// <param name="Origins">The scheme, host and port of each endpoint, sorted and without duplicates.</param>
/// <param name="ChangeTokens">The change tokens of the service discovery providers.</param>
internal sealed record DiscoveredEndpoints(IReadOnlyList<Uri> Origins, IReadOnlyList<IChangeToken> ChangeTokens);
