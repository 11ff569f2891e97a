namespace OwlBoard.Tests.Services;

/// <summary>A store that exists already: another replica's.</summary>
internal sealed class GivenStore(string[] settings) : IServiceStore
{
    public Task<string[]> CreateAsync() => Task.FromResult(settings);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
