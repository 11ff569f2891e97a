namespace OwlBoard.Benchmarks;

/// <summary>The benchmark cannot go on; the message says why, for the person who runs it.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
