using System.Globalization;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>The number of connections that a proxy can hold by the limit of open files (<c>ulimit -n</c>).</summary>
internal static class OpenFiles
{
    private const string Name = "Max open files";
    private const int ForEverythingElse = 512;

    /// <summary>
    /// Gets the limit that OwlBoard derives from the file descriptors: half of them, since each connection may need another one
    /// to an upstream, without 512 for everything else.
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
