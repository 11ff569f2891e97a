namespace OwlBoard.Tests.Deployment;

/// <summary>The exit code and the output of a program.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Output}\n{Errors}");
        return this;
    }
}
