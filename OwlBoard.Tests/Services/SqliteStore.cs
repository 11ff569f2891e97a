namespace OwlBoard.Tests.Services;

internal sealed class SqliteStore : IServiceStore
{
    private readonly TemporaryDirectory _data = new();

    public Task<string[]> CreateAsync() => Task.FromResult<string[]>([$"--Storage:Directory={_data.Path}"]);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }
}
