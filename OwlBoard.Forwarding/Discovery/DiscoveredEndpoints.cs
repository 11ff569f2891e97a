using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>What a look-up of one address found.</summary>
/// <param name="Origins">Scheme, host and port of each endpoint, sorted and without doubles.</param>
/// <param name="ChangeTokens">What the providers of service discovery promise to tell changes by.</param>
internal sealed record DiscoveredEndpoints(IReadOnlyList<Uri> Origins, IReadOnlyList<IChangeToken> ChangeTokens);
