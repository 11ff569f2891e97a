namespace OwlBoard.Tests.Services;

/// <summary>The existing store of another replica.</summary>
internal sealed class ExistingStore(string[] settings) : IServiceStore
{
    public Task<string[]> CreateAsync() => Task.FromResult(settings);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
