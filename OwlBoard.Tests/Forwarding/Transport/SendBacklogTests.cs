using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Unit")]
public sealed class SendBacklogTests
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(0, 64)]
    [InlineData(15, 64)]
    [InlineData(16, 16)]
    [InlineData(47, 16)]
    [InlineData(48, 4)]
    [InlineData(300, 4)]
    public void Blocks_are_the_smaller_the_more_of_the_memory_waits(int megabytes, int kilobytes)
    {
        var backlog = new SendBacklog(availableMemory: 384L * Megabyte);
        backlog.Add(megabytes * Megabyte);

        Assert.Equal(kilobytes * 1024, backlog.BlockBytes);

        backlog.Add(-megabytes * Megabyte);
        Assert.Equal((0, 64 * 1024), (backlog.Bytes, backlog.BlockBytes));
    }
}
