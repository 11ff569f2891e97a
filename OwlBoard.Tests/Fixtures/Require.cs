namespace OwlBoard.Tests.Fixtures;

/// <summary>Checks requirements that some machines do not meet.</summary>
internal static class Require
{
    private static readonly bool IsContinuousIntegration = Environment.GetEnvironmentVariable("OWLBOARD_CI") == "1";

    /// <summary>
    /// The programs or packages to treat as missing, to test a machine without them: <c>OWLBOARD_HIDE=redis-server,chromium</c>,
    /// or <c>all</c>.
    /// </summary>
    private static readonly string[] Hidden = (Environment.GetEnvironmentVariable("OWLBOARD_HIDE") ?? "").Split(',');

    /// <summary>The folders in which Debian installs programs outside of the default PATH.</summary>
    private static readonly string[] MoreFolders =
        [.. Folders("/usr/lib/postgresql", "bin"), "/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <summary>
    /// Returns the path of a program. If it is missing, skips the test with a message that names the package; with
    /// <c>OWLBOARD_CI=1</c>, which requires all tools to be installed, fails the test.
    /// </summary>
    /// <param name="program">The program's file name.</param>
    /// <param name="package">The Debian package that contains it.</param>
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

    /// <summary>Skips the test, or fails it with <c>OWLBOARD_CI=1</c>, if a condition is not met.</summary>
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
