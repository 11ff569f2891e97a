namespace OwlBoard.Benchmarks.Soak;

/// <summary>A whole response.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Upstreams">The gateways that were tried, as the load balancer states them.</param>
/// <param name="Body">The body.</param>
/// <param name="Closes">Whether the server announced that it closes the connection.</param>
internal sealed record SoakReply(int Status, string? Upstreams, byte[] Body, bool Closes);
