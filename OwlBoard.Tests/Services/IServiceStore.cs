namespace OwlBoard.Tests.Services;

/// <summary>Where a service under test keeps its data.</summary>
public interface IServiceStore : IAsyncDisposable
{
    /// <summary>Makes an empty one.</summary>
    /// <returns>The settings that point a service at it.</returns>
    public Task<string[]> CreateAsync();
}
