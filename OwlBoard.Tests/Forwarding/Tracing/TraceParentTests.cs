using OwlBoard.Forwarding.Tracing;

namespace OwlBoard.Tests.Forwarding.Tracing;

[Trait("Category", "Unit")]
public sealed class TraceParentTests
{
    [Fact]
    public void New_ones_are_valid_and_differ()
    {
        var all = Enumerable.Range(0, 1000).Select(_ => TraceParent.Create()).ToArray();

        Assert.All(all, value => Assert.True(TraceParent.IsValid(value), value));
        Assert.Equal(all.Length, all.Select(value => TraceParent.TraceIdOf(value).ToString()).Distinct().Count());
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011", false)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false)]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false)]
    [InlineData("", false)]
    public void Only_what_others_understand_is_valid(string value, bool isValid) => Assert.Equal(isValid, TraceParent.IsValid(value));
}
