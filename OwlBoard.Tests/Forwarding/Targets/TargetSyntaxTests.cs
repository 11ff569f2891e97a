using System.Text;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Tests.Forwarding.Targets;

[Trait("Category", "Unit")]
public sealed class TargetSyntaxTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/%2F%2f%5C%252F%25E9b%2B%3B%3D%26%3A%40%24%2C%21%27-%2A%0D%0A%FF")]
    [InlineData("/a/../b/%2e%2e/c/./%252e%252e/..")]
    [InlineData("/x%2f..%2fapi/chat")]
    [InlineData("/a\\..\\b")]
    [InlineData("/\"<>^`{|}[]~!$&'()*+,;=:@-._")]
    [InlineData("/a?100%&b=%2&c=%00/../../\\")]
    [InlineData("//a//")]
    [InlineData("/...")]
    [InlineData("http://a")]
    [InlineData("http://a?b")]
    [InlineData("http://[::1]:80/a/../b?c\\%2F")]
    [InlineData("https://a_b.c:/x")]
    public void Target_with_one_meaning_is_accepted(string target) => Assert.Null(TargetSyntax.FindFault(target));

    [Theory]
    [InlineData("/a\u0001")]
    [InlineData("/a?\u001F")]
    [InlineData("/a\u007F")]
    [InlineData("/a\u0080")]
    [InlineData("/a b")]
    [InlineData("/a#b")]
    [InlineData("/a?b#c")]
    [InlineData("/%")]
    [InlineData("/%2")]
    [InlineData("/%2?a")]
    [InlineData("/%zz")]
    [InlineData("/%00")]
    [InlineData("/..")]
    [InlineData("/a/../../b")]
    [InlineData("/a/../../b/c")]
    [InlineData("/%2e%2E/b")]
    [InlineData("//../b/..")]
    [InlineData("/..%2fb")]
    [InlineData("/a%2f..%2F..%2fb")]
    [InlineData("/a\\..\\..\\b")]
    [InlineData("/%5C%2e%2e%5Cb")]
    [InlineData("/a//../../b")]
    [InlineData("http://a/x%2f..%2fapi/chat/rooms")]
    [InlineData("http://a/%2e%2e%2fadmin")]
    [InlineData("http://a/x%2Fy")]
    [InlineData("http://a/x%5cy")]
    [InlineData("http://a/a\\..\\b")]
    [InlineData("http://a\\b/")]
    [InlineData("http://u@a/")]
    [InlineData("http://a%62/")]
    [InlineData("http:///a")]
    [InlineData("http://a:b/")]
    [InlineData("http://a:65536/")]
    [InlineData("http://[a/")]
    [InlineData("http://a/%00")]
    [InlineData("ftp://a/")]
    [InlineData("a")]
    public void Target_that_could_be_read_in_two_ways_is_refused(string target) => Assert.NotNull(TargetSyntax.FindFault(target));

    /// <summary>Every target that passes the fast check also passes the full check.</summary>
    [Fact]
    public void Plain_target_has_no_fault()
    {
        var plain = 0;
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
            {
                var target = $"/{(char)first}{(char)second}";
                if (TargetSyntax.IsPlain(target))
                {
                    plain++;
                    Assert.Null(TargetSyntax.FindFault(target));
                }
            }
        }

        // 94 visible characters without '#', '%', '.' and '\'.
        Assert.Equal(90 * 90, plain);
    }

    [Theory]
    [InlineData("a.org:", "a.org")]
    [InlineData("a.org:80", "a.org:80")]
    [InlineData("[::1]:", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData(":", ":")]
    [InlineData("a::", "a:")]
    [InlineData("", "")]
    // An invalid byte is marked here, and the request is refused later.
    [InlineData("b\u00FCcher:", "b\uFFFFcher")]
    public void Host_is_read_without_the_colon_of_an_empty_port(string sent, string read) =>
        Assert.Equal(read, HostEncoding.Instance.GetString((ReadOnlySpan<byte>)Encoding.Latin1.GetBytes(sent)));
}
