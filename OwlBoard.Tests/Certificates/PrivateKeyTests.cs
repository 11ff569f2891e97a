using System.Diagnostics;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Certificates;

/// <summary>Private keys are neither in the repository nor readable by other users.</summary>
[Trait("Category", "Integration")]
public sealed class PrivateKeyTests
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The marker of a private key, split so that this file does not match.</summary>
    private static readonly string KeyMark = string.Concat("PRIVATE KEY", "-----");

    private static readonly string[] KeyStores = [".pfx", ".p12", ".key", ".jks"];

    [Fact]
    public async Task No_private_key_is_tracked_by_git()
    {
        var tracked = await TrackedFilesAsync();

        Assert.True(tracked.Count > 100, $"git lists only {tracked.Count} files.");
        Assert.DoesNotContain(tracked, path => IsKey(Path.Combine(RepositoryRoot(), path)));
    }

    [Fact]
    public void No_private_key_in_the_working_copy_is_readable_by_others()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var skipped = new[] { "bin", "obj", ".git", "node_modules" };
        var keys = Walk(RepositoryRoot(), skipped)
            .Where(path => Path.GetExtension(path) is ".pem" or ".key" or ".pfx" or ".p12" && IsKey(path));
        Assert.DoesNotContain(keys, path => (ModeOf(path) & Others) != 0);
    }

    [Fact]
    public void Issued_files_and_folders_are_their_owners_alone_and_made_so_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var issued = new IssuedFolder();
        var opened = issued.Folder.Certificate("user-service");
        Assert.True(IsKey(opened), "The check does not detect a key.");
        AssertPrivate();

        File.SetUnixFileMode(opened, UnixFileMode.UserRead | UnixFileMode.UserWrite | Others);
        issued.Issue();
        AssertPrivate();

        void AssertPrivate()
        {
            Assert.All(
                Directory.EnumerateFiles(issued.Folder.Root, "*.pem", SearchOption.AllDirectories),
                path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(path)));
            Assert.All(
                Directory.EnumerateDirectories(issued.Folder.Root),
                path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(path)));
        }
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private static bool IsKey(string path) =>
        File.Exists(path)
        && (KeyStores.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
            || File.ReadAllText(path).Contains(KeyMark, StringComparison.Ordinal));

    private static IEnumerable<string> Walk(string folder, string[] skipped) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !skipped.Contains(Path.GetFileName(child)) && new DirectoryInfo(child).LinkTarget is null)
            .SelectMany(child => Walk(child, skipped)));

    private static async Task<IReadOnlyList<string>> TrackedFilesAsync()
    {
        using var git = Process.Start(new ProcessStartInfo(Require.Tool("git", "git"), ["-C", RepositoryRoot(), "ls-files", "-z"]) { RedirectStandardOutput = true })!;
        var output = await git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Require.That(git.ExitCode == 0, "The sources are not a Git working copy.");
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OwlBoard.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
