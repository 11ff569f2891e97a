namespace OwlBoard.Benchmarks.Soak;

/// <summary>A complete response.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Upstreams">The attempted gateways, as stated by the load balancer.</param>
/// <param name="Body">The body.</param>
/// <param name="Closes">Indicates whether the response has <c>Connection: close</c>.</param>
internal sealed record SoakReply(int Status, string? Upstreams, byte[] Body, bool Closes);
