using OwlBoard.LoadBalancer.Status;

namespace OwlBoard.Tests.LoadBalancer.Status;

[Trait("Category", "Unit")]
public sealed class RingTests
{
    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(1, new[] { 1 })]
    [InlineData(3, new[] { 1, 2, 3 })]
    [InlineData(4, new[] { 2, 3, 4 })]
    [InlineData(8, new[] { 6, 7, 8 })]
    public void Ring_keeps_the_latest_items_the_oldest_first(int added, int[] expected)
    {
        var ring = new Ring<int>(3);
        for (var i = 1; i <= added; i++)
        {
            ring.Add(i);
        }

        Assert.Equal(expected, ring);
        Assert.Equal(expected, Enumerable.Range(0, ring.Count).Select(i => ring[i]));
        Assert.Equal(added >= 3, ring.IsFull);
    }

    [Fact]
    public void Ring_has_nothing_beyond_its_items()
    {
        var ring = new Ring<int>(3);
        ring.Add(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => ring[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring[-1]);
    }
}
