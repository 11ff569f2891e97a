namespace OwlBoard.Benchmarks;

/// <summary>The exception that ends a benchmark that cannot continue. Its message is shown to the user.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
