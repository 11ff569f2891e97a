namespace OwlBoard.Tests.Fixtures;

/// <summary>What a test needs of the machine that not every machine has.</summary>
internal static class Require
{
    private static readonly bool IsContinuousIntegration = Environment.GetEnvironmentVariable("OWLBOARD_CI") == "1";

    /// <summary>
    /// Tools to treat as missing, by program or package: <c>OWLBOARD_HIDE=redis-server,chromium</c>, or <c>all</c>. It shows
    /// what a machine without them would see.
    /// </summary>
    private static readonly string[] Hidden = (Environment.GetEnvironmentVariable("OWLBOARD_HIDE") ?? "").Split(',');

    /// <summary>Where Debian keeps programs that are not on everybody's path.</summary>
    private static readonly string[] MoreFolders =
        [.. Folders("/usr/lib/postgresql", "bin"), "/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <summary>
    /// Finds a program. Where it is missing the test is skipped and says how to get it; with <c>OWLBOARD_CI=1</c>, which
    /// promises that everything is there, it fails.
    /// </summary>
    /// <param name="program">The program's file name.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <returns>The program's path.</returns>
    public static string Tool(string program, string package)
    {
        That(!Hidden.Intersect([program, package, "all"]).Any(), $"{program} is hidden by OWLBOARD_HIDE");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(MoreFolders);
        if (folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) is { } path)
        {
            return path;
        }

        That(false, $"{program} is not installed: apt-get install {package}");
        return "";
    }

    /// <summary>Skips the test, or fails it with <c>OWLBOARD_CI=1</c>, unless something holds.</summary>
    public static void That(bool holds, string reason)
    {
        if (!holds && IsContinuousIntegration)
        {
            Assert.Fail(reason);
        }

        Assert.SkipUnless(holds, reason);
    }

    private static IEnumerable<string> Folders(string parent, string child) =>
        Directory.Exists(parent)
            ? Directory.GetDirectories(parent).OrderDescending().Select(folder => Path.Combine(folder, child))
            : [];
}
