using System.Globalization;

namespace OwlBoard.Benchmarks.Processes;

/// <summary>The resource usage of processes and their children.</summary>
/// <param name="Cpu">Their processor time so far, user and system.</param>
/// <param name="ResidentBytes">Their resident memory.</param>
/// <param name="PeakBytes">The sum of the peaks of the processes since <see cref="ResetPeak"/>.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long ResidentBytes, long PeakBytes)
{
    public static ProcessUsage Of(IEnumerable<int> roots)
    {
        var (cpu, resident, peak) = (TimeSpan.Zero, 0L, 0L);
        foreach (var id in Tree(roots))
        {
            cpu += ProcessClock.Of(id);
            resident += StatusOf(id, "VmRSS:");
            peak += StatusOf(id, "VmHWM:");
        }

        return new ProcessUsage(cpu, resident, peak);
    }

    /// <summary>Returns the sum of the processes' <see cref="PeakBytes"/>.</summary>
    public static long PeakOf(IEnumerable<int> processes) => processes.Sum(id => StatusOf(id, "VmHWM:"));

    /// <summary>Resets the peaks.</summary>
    public static void ResetPeak(IEnumerable<int> roots)
    {
        foreach (var id in Tree(roots))
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
    }

    /// <summary>Returns the processes and their descendants.</summary>
    public static IReadOnlyList<int> Tree(IEnumerable<int> roots)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .ToLookup(process => process.Parent, process => process.Id);
        var all = roots.ToList();
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(parents[all[i]]);
        }

        return all;
    }

    private static int ParentOf(int id)
    {
        try
        {
            return int.Parse(StatOf(id)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The process has ended.
            return 0;
        }
    }

    private static string[] StatOf(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        // The second field is the program's name in parentheses, which may contain any character.
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long StatusOf(int id, string name)
    {
        // A zombie process has no memory.
        var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
