namespace OwlBoard.Benchmarks.Load;

/// <summary>The target of the requests.</summary>
/// <param name="Port">The port on 127.0.0.1.</param>
/// <param name="Path">The path.</param>
internal sealed record Target(int Port, string Path)
{
    public Uri Address => new($"http://127.0.0.1:{Port}{Path}");
}
