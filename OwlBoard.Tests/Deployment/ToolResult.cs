namespace OwlBoard.Tests.Deployment;

/// <summary>What a program ended with and printed.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Output}\n{Errors}");
        return this;
    }
}
