namespace OwlBoard.Tests.AppHost;

/// <summary>Runs the AppHost's publish operation and reads the files that it writes.</summary>
internal static class PublishedFiles
{
    public static async Task WriteAsync(string directory, params string[] options)
    {
        await using var appHost = new AppHostProcess(
            ["--operation", "publish", "--step", "publish", "--output-path", directory, .. options]);

        var exitCode = await appHost.WaitForExitAsync(TimeSpan.FromSeconds(30));
        Assert.True(exitCode == 0, string.Join('\n', appHost.Output.Concat(appHost.Errors)));
    }
}
