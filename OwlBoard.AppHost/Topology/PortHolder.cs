using System.Globalization;

namespace OwlBoard.AppHost.Topology;

/// <summary>Finds the process that listens on a port, from <c>/proc</c> of Linux.</summary>
internal static class PortHolder
{
    /// <summary>Returns the process as <c>dotnet OwlBoard.LoadBalancer.dll (pid 4711)</c>.</summary>
    /// <returns>The process; <see langword="null"/> if it is unknown.</returns>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var sockets = Listeners("/proc/net/tcp", port).Concat(Listeners("/proc/net/tcp6", port))
            .Select(inode => $"socket:[{inode}]").ToHashSet();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Holds(process, sockets))
            {
                return $"{Name(process)} (pid {pid})";
            }
        }

        return null;
    }

    /// <summary>
    /// Returns the inodes of listening sockets: proc(5), columns <c>local_address</c>, <c>st</c> (0A is LISTEN) and <c>inode</c>.
    /// </summary>
    private static IEnumerable<string> Listeners(string table, int port)
    {
        if (!File.Exists(table))
        {
            yield break;
        }

        var suffix = $":{port:X4}";
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[3] == "0A" && columns[1].EndsWith(suffix, StringComparison.Ordinal))
            {
                yield return columns[9];
            }
        }
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process belongs to another user or has exited.
            return false;
        }
    }

    /// <summary>Returns the program and its first argument: <c>dotnet</c> and the assembly.</summary>
    private static string Name(string process)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return command.Length == 0
                ? File.ReadAllText(Path.Combine(process, "comm")).Trim()
                : string.Join(' ', command.Take(2).Where(part => !part.StartsWith('-')).Select(Path.GetFileName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "a process";
        }
    }
}
