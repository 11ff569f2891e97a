namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>The current destination of access log lines: standard output or a file.</summary>
internal sealed class AccessLogSink(Stream stream, string? path) : IDisposable
{
    /// <summary>Returns the name of the sink in log messages.</summary>
    public static string NameOf(AccessLogOptions options) => string.IsNullOrWhiteSpace(options.Path) ? "standard output" : options.Path;

    /// <summary>Opens the configured sink.</summary>
    public static Stream Open(AccessLogOptions options) => string.IsNullOrWhiteSpace(options.Path)
        ? Console.OpenStandardOutput()
        // Unbuffered: a batch is one write. Other processes may move or delete the open file.
        : new FileStream(options.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>
    /// Determines whether the open file is still the configured one. After logrotate, the named file is missing, replaced or
    /// truncated: its length differs from the position of the open file. The check costs two system calls per batch and
    /// makes a signal or a <c>postrotate</c> script unnecessary.
    /// </summary>
    public bool IsCurrent(AccessLogOptions options)
    {
        if (options.Path != path)
        {
            return false;
        }

        if (stream is not FileStream { CanSeek: true } file)
        {
            return true;
        }

        var named = new FileInfo(path!);
        return named.Exists && named.Length == file.Position && RandomAccess.GetLength(file.SafeFileHandle) == file.Position;
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        stream.Write(lines);
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();
}
