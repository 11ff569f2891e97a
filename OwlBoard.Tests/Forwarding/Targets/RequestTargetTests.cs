using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Tests.Forwarding.Targets;

[Trait("Category", "Unit")]
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a%2Fb?c=%2B?d", "/a%2Fb", "?c=%2B?d")]
    [InlineData("/", "/", "")]
    [InlineData("/?", "/", "?")]
    [InlineData("http://a:80/b?c", "/b", "?c")]
    [InlineData("HTTPS://a/b", "/b", "")]
    [InlineData("http://a", "/", "")]
    [InlineData("http://a?b/c", "/", "?b/c")]
    [InlineData("http://a/http://b/?c", "/http://b/", "?c")]
    [InlineData("*", "*", "")]
    [InlineData("a:80", "a:80", "")]
    [InlineData("", "", "")]
    public void Target_has_the_path_and_query_as_they_were_sent(string raw, string path, string query)
    {
        var target = RequestTarget.Parse(raw);

        Assert.Equal(path, target.Path);
        Assert.Equal(query, target.Query);
        Assert.Equal($"{path}{query}", target.PathAndQuery);
    }

    [Theory]
    [InlineData("/api/users/7?x=/1", "/users/7?x=/1")]
    [InlineData("/%61pi/users", "/users")]
    [InlineData("/api//users", "//users")]
    [InlineData("/api?x=/1", "/?x=/1")]
    [InlineData("http://a/api/users?x", "/users?x")]
    [InlineData("http://a", "/")]
    public void First_segment_is_removed_from_the_bytes(string raw, string expected) =>
        Assert.Equal(expected, RequestTarget.Parse(raw).WithoutFirstSegment().PathAndQuery);

    [Theory]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/b/.", "/a/b/")]
    [InlineData("/a/%2e%2E/b%2e?x=/../y", "/b%2e?x=/../y")]
    [InlineData("/a/.%2e/%2e/b", "/b")]
    [InlineData("/%252e%252e/...", "/%252e%252e/...")]
    [InlineData("/a/..%2fb", "/a/..%2fb")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("/../..", "/")]
    [InlineData("/.well-known/a.js", "/.well-known/a.js")]
    [InlineData("http://a", "/")]
    public void Dot_segments_are_removed_and_the_others_stay_as_they_are(string raw, string expected) =>
        Assert.Equal(expected, RequestTarget.Parse(raw).WithoutDotSegments().PathAndQuery);

    [Theory]
    [InlineData("http://u:1", "/a%2F%25b%zz\\\"|?%41 [", "http://u:1/a%2F%25b%zz\\\"|?%41 [")]
    [InlineData("http://u:1/base/", "/a/../%2e", "http://u:1/base/a/../%2e")]
    [InlineData("http://u:1", "http://a?b", "http://u:1/?b")]
    public void Address_for_HttpClient_has_the_path_and_query_as_they_were_sent(string prefix, string raw, string expected) =>
        Assert.Equal(expected[expected.IndexOf('/', "http://".Length)..], RequestTarget.Parse(raw).At(prefix).PathAndQuery);
}
