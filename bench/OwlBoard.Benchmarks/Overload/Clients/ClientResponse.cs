namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>The result of a request.</summary>
/// <param name="Latency">The time since the request was due.</param>
/// <param name="Failure">The reason why the request failed; <see langword="null"/> if the status is 200.</param>
/// <param name="IsResent">Indicates whether the request was retried on another connection.</param>
internal readonly record struct ClientResponse(TimeSpan Latency, string? Failure, bool IsResent);
