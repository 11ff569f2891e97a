namespace OwlBoard.Tests.Services;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("owlboard-").FullName;

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
    }
}
