using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Http1;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("", "")]
    [InlineData("/a/b.c", "?x=1&y=2")]
    [InlineData("/a b", "")]
    [InlineData("/a?b", "?c")]
    [InlineData("/a#b", "?")]
    [InlineData("/\u00FC\u20AC\U0001F989/x", "?%C3%BC")]
    [InlineData("/100%", "")]
    [InlineData("/%zz/%", "")]
    [InlineData("/%2e%2e/secret", "")]
    [InlineData("/%41%25%00%0d%0aEvil:", "?%0d%0a")]
    [InlineData("/[]{}|\\^`\"<>", "")]
    [InlineData("/!$&'()*+,-.:;=@_~", "?!$&'()*+,-.:;=@_~/?")]
    [InlineData("/a\tb\u007F", "")]
    [InlineData("//double//", "")]
    [InlineData("/../..", "")]
    public void Target_is_what_Yarp_makes_of_it(string path, string query)
    {
        foreach (var prefix in new[] { "http://a:1", "http://a:1/base" })
        {
            var expected = RequestUtilities.MakeDestinationAddress(prefix, new PathString(path), new QueryString(query)).OriginalString["http://a:1".Length..];
            if (expected.Length == 0 || expected[0] != '/')
            {
                expected = $"/{expected}";
            }

            Assert.Equal(expected, Write(prefix["http://a:1".Length..], path, query));
        }
    }

    /// <summary>
    /// What Kestrel leaves encoded goes on as it came; Yarp encodes its percent sign once more. Any other percent sign was
    /// <c>%25</c>, and sent on as it is the upstream would decode it a second time: <c>/%252e%252e/</c> would climb out.
    /// </summary>
    [Theory]
    [InlineData("/a%2Fb%2f", "", "/a%2Fb%2f")]
    [InlineData("/%FF%c0%ae", "", "/%FF%c0%ae")]
    [InlineData("/%2e%2F%2e", "", "/%252e%2F%252e")]
    [InlineData("/%2", "", "/%252")]
    [InlineData("/%8g", "", "/%258g")]
    [InlineData("/", "?q=\u00FC \u20AC", "/?q=%C3%BC%20%E2%82%AC")]
    public void Target_is_what_the_client_said_where_Yarp_makes_something_else_of_it(string path, string query, string target) =>
        Assert.Equal(target, Write("", path, query));

    [Theory]
    [InlineData("/a\r\nEvil: yes", "")]
    [InlineData("/a\0", "")]
    [InlineData("/a", "?b\r\nEvil: yes")]
    [InlineData("/a", "?b c#d\0")]
    [InlineData("/a\r\n ", "?\n")]
    public void Target_has_no_line_break_or_space_whatever_is_in_it(string path, string query) =>
        Assert.DoesNotContain(Write("", path, query), character => character is <= ' ' or '\x7F' or '#');

    private static string Write(string pathBase, string path, string query)
    {
        var writer = new HeadWriter(new byte[512]);
        RequestTarget.Write(ref writer, pathBase, new PathString(path), new QueryString(query));
        Assert.False(writer.IsRented);
        return Encoding.ASCII.GetString(writer.Buffer, 0, writer.Length);
    }
}
