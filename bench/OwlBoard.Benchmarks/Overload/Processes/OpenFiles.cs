using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>The number of connections that the limit on open files (<c>ulimit -n</c>) allows a proxy.</summary>
internal static class OpenFiles
{
    private const string Name = "Max open files";
    private const int ForEverythingElse = 512;

    /// <summary>
    /// The limit that OwlBoard derives from the file descriptors: 512 are reserved, and the rest is halved, since each
    /// connection may need another one to an upstream.
    /// </summary>
    public static int Connections
    {
        get
        {
            var limit = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return (int.Parse(limit, CultureInfo.InvariantCulture) - ForEverythingElse) / 2;
        }
    }
}
