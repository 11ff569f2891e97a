namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Where lines go at present: standard output or a file.</summary>
internal sealed class AccessLogSink(Stream stream, string? path) : IDisposable
{
    /// <summary>The name in messages.</summary>
    public static string NameOf(AccessLogOptions options) => string.IsNullOrWhiteSpace(options.Path) ? "standard output" : options.Path;

    /// <summary>Opens what the options name.</summary>
    public static Stream Open(AccessLogOptions options) => string.IsNullOrWhiteSpace(options.Path)
        ? Console.OpenStandardOutput()
        // Unbuffered: a batch is one write. Others may move or delete it meanwhile.
        : new FileStream(options.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>
    /// Whether lines still go where they should. After logrotate, the file of that name is gone, or is another one or
    /// truncated: its length is not how far this one has been written. Two system calls, asked once for each batch, so
    /// that neither a signal nor a <c>postrotate</c> script is needed.
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
