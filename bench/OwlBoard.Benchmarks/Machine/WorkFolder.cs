namespace OwlBoard.Benchmarks.Machine;

/// <summary>A folder for configurations, keys and logs, in memory where that is possible; it is gone with the run.</summary>
internal sealed class WorkFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    /// <summary>Containers often have 64 MB there, which access logs would fill.</summary>
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

    /// <summary>A new folder in it.</summary>
    public string Add(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
