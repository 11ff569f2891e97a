namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>A response as its client saw it.</summary>
/// <param name="Latency">The time since the request was due.</param>
/// <param name="Failure">The reason why there is none with status 200; <see langword="null"/> if there is.</param>
/// <param name="IsResent">Whether the request was sent once more on another connection.</param>
internal readonly record struct ClientResponse(TimeSpan Latency, string? Failure, bool IsResent);
