namespace OwlBoard.Benchmarks.Load;

/// <summary>A way to send requests.</summary>
internal interface ILoad
{
    /// <summary>In a few words, for the results.</summary>
    public string Description { get; }

    /// <summary>Opens the connections that are there before a measurement begins.</summary>
    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken);
}
