namespace OwlBoard.Certificates;

/// <summary>Files and folders that nobody but their owner reads. (On Windows the user's profile keeps them so.)</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerFolder);
        }
    }

    /// <summary>
    /// Puts a file in place at once: who reads meanwhile sees the old one or the new one, and a crash leaves one of
    /// them. It is private from its first byte.
    /// </summary>
    public static void Write(string path, string text)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerFile;
            }

            using (var file = new FileStream(temporary, options))
            {
                using (var writer = new StreamWriter(file, leaveOpen: true))
                {
                    writer.Write(text);
                }

                // Before the name points at it: a power cut must not leave an empty key.
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Takes from others what someone may have given them by hand.</summary>
    public static void MakePrivate(string path)
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) is var mode && (mode & ~OwnerFile) != 0)
        {
            File.SetUnixFileMode(path, mode & OwnerFile);
        }
    }
}
