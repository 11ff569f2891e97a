namespace OwlBoard.Tests.AppHost;

/// <summary>The files that publishing writes, as a person gets them.</summary>
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
