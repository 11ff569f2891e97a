namespace OwlBoard.Benchmarks.Load;

/// <summary>A kind of load.</summary>
internal interface ILoad
{
    /// <summary>A short description for the results.</summary>
    public string Description { get; }

    /// <summary>Opens the connections that must exist before a measurement begins.</summary>
    public Task<ILoadSession> OpenAsync(Target target, CancellationToken cancellationToken);
}
