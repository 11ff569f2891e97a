namespace OwlBoard.Benchmarks.Machine;

/// <summary>A temporary folder for configurations, keys and logs, in memory if possible. It is deleted after the run.</summary>
internal sealed class WorkFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    /// <summary>The space that <c>/dev/shm</c> must have. Containers often have 64 MB, which access logs would fill.</summary>
    private const long LeastSpace = 1L << 30;

    private WorkFolder(string path) => Path = path;

    public string Path { get; }

    public static WorkFolder Create()
    {
        var parent = Directory.Exists(InMemory) && new DriveInfo(InMemory).AvailableFreeSpace > LeastSpace
            ? InMemory
            : System.IO.Path.GetTempPath();
        var path = System.IO.Path.Combine(parent, $"owlboard-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new WorkFolder(path);
    }

    /// <summary>Creates a subfolder.</summary>
    public string Add(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
