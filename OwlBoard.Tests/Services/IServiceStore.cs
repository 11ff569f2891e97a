namespace OwlBoard.Tests.Services;

/// <summary>The store of a service under test.</summary>
public interface IServiceStore : IAsyncDisposable
{
    /// <summary>Creates an empty store.</summary>
    /// <returns>The settings with which a service uses it.</returns>
    public Task<string[]> CreateAsync();
}
