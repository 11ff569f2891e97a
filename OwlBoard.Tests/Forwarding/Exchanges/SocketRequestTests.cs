using System.Text;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Transforms;

namespace OwlBoard.Tests.Forwarding.Exchanges;

[Trait("Category", "Unit")]
public sealed class SocketRequestTests
{
    private static readonly FieldBlock Block = new(new("X-One", "1"), new("X-Two", "2"));

    [Fact]
    public void Fields_of_a_block_replace_the_clients()
    {
        var request = new SocketRequest();

        request.SetFields(Block);
        request.SetField("X-Three", "3");

        Assert.Equal("X-One: 1\r\nX-Two: 2\r\n", Encoding.ASCII.GetString(request.Lines));
        Assert.Equal([("X-Three", "3")], Changes(request));
        Assert.All(["x-one", "X-TWO", "X-Three"], name => Assert.True(request.Replaces(name)));
        Assert.False(request.Replaces("X-Four"));
    }

    [Fact]
    public void What_is_said_of_a_field_last_holds()
    {
        var request = new SocketRequest();

        request.SetField("X-One", "0");
        request.SetFields(Block);
        request.SetField("x-two", "3");

        Assert.Equal([("X-One", "1"), ("x-two", "3")], Said(request));
    }

    [Fact]
    public void Field_of_a_block_can_be_stated_anew_or_left_out()
    {
        var anew = new SocketRequest();
        anew.SetFields(Block);
        anew.SetField("x-one", "3");
        var without = new SocketRequest();
        without.SetFields(Block);
        without.RemoveField("x-one");

        Assert.Equal([("X-Two", "2"), ("x-one", "3")], Said(anew));
        Assert.Equal([("X-Two", "2"), ("x-one", null)], Said(without));
    }

    [Fact]
    public void Second_block_is_added_to_the_first()
    {
        var request = new SocketRequest();

        request.SetFields(Block);
        request.SetFields(new FieldBlock(new("X-Two", "3"), new("X-Three", "4")));

        Assert.Equal([("X-One", "1"), ("X-Two", "3"), ("X-Three", "4")], Said(request));
    }

    [Fact]
    public void Nothing_is_left_for_the_next_request()
    {
        var request = new SocketRequest();
        request.SetFields(Block);
        request.SetField("X-Three", "3");

        request.Clear();

        Assert.Empty(Said(request));
        Assert.False(request.Replaces("X-One"));
    }

    [Fact]
    public void Block_may_be_long_and_beyond_ascii()
    {
        var value = new string('\u00E9', 1000);

        var block = new FieldBlock(new KeyValuePair<string, string>("X-Long", value));

        Assert.Equal($"X-Long: {value}\r\n", Encoding.Latin1.GetString(block.Lines));
    }

    [Theory]
    [InlineData("X-Name", "a\r\nEvil: yes")]
    [InlineData("X-Name\n", "a")]
    public void Block_with_a_line_break_is_refused(string name, string value) =>
        Assert.Throws<InvalidOperationException>(() => new FieldBlock(new KeyValuePair<string, string>(name, value)));

    private static IEnumerable<(string Name, string? Value)> Changes(SocketRequest request) =>
        request.Changes.Select(change => (change.Key, change.Value));

    /// <summary>Returns all fields, from the block and from the changes.</summary>
    private static IEnumerable<(string Name, string? Value)> Said(SocketRequest request) =>
        Encoding.ASCII.GetString(request.Lines).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": "))
            .Select(field => (field[0], (string?)field[1]))
            .Concat(Changes(request));
}
