using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class HeaderStringsTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("Via")]
    [InlineData("a text that is longer than what is kept because it hardly comes again, whatever it is")]
    [InlineData("caf\u00E9 \u0080\u00FF")]
    [InlineData("")]
    public void Text_is_that_of_the_bytes_each_time(string text)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(text, HeaderStrings.Get(Encoding.Latin1.GetBytes(text)));
        }
    }

    [Fact]
    public void Text_that_comes_again_is_the_same_string()
    {
        // A parallel test may take the slot, so repeat.
        var text = Encoding.ASCII.GetBytes($"text/{Guid.NewGuid()}");

        Assert.Contains(Enumerable.Range(0, 10), _ => ReferenceEquals(HeaderStrings.Get(text), HeaderStrings.Get(text)));
    }

    [Fact]
    public void Texts_that_share_a_slot_do_not_share_a_string()
    {
        // More texts than slots, from many threads, with equal values in the positions that the hash uses.
        Parallel.For(0, 20_000, i =>
        {
            var text = $"Mon, 01 {i:00000} Jan 00:00:00 GMT";
            Assert.Equal(text, HeaderStrings.Get(Encoding.ASCII.GetBytes(text)));
        });
    }
}
