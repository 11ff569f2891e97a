using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class HeadWriterTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Head_larger_than_the_buffer_is_written_whole(int size)
    {
        var own = new byte[size];
        var writer = new HeadWriter(own);
        var expected = new StringBuilder();
        for (var i = 0; i < 40; i++)
        {
            writer.WriteField($"X-{i}", new string('v', i));
            writer.WriteNumber(long.MaxValue - i);
            writer.Write((byte)'|');
            expected.Append($"X-{i}: {new string('v', i)}\r\n{long.MaxValue - i}|");
        }

        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(writer.Buffer, 0, writer.Length));
        Assert.Equal(expected.Length > size, writer.IsRented);
        writer.Return();
    }

    [Theory]
    [InlineData("\u00FC\u20AC\U0001F989")]
    [InlineData("plain until the \u00E9nd")]
    [InlineData("\uD800 alone")]
    public void Text_beyond_ascii_is_utf8(string text)
    {
        var writer = new HeadWriter(new byte[8]);

        writer.Write(text.AsSpan());

        Assert.Equal(Encoding.UTF8.GetBytes(text), writer.Buffer[..writer.Length]);
        writer.Return();
    }

    [Theory]
    [InlineData("X-Name", "")]
    [InlineData("X-Name", "\u00FC\u0080\u00FF")]
    [InlineData("X-Name", "plain until the \u00E9nd")]
    public void Field_is_one_line_with_a_byte_for_each_character(string name, string value)
    {
        var writer = new HeadWriter(new byte[8]);

        writer.WriteField(name, value);

        Assert.Equal($"{name}: {value}\r\n", Encoding.Latin1.GetString(writer.Buffer, 0, writer.Length));
        writer.Return();
    }

    [Fact]
    public void Field_with_a_character_that_is_no_byte_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new HeadWriter(new byte[64]).WriteField("name", "\u20AC"));

    [Theory]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\r\nEvil: yes")]
    [InlineData("a\0")]
    [InlineData("\u00E9\n")]
    public void Text_with_a_line_break_is_refused_wherever_it_stands(string text)
    {
        Assert.Throws<InvalidOperationException>(() => new HeadWriter(new byte[64]).Write(text.AsSpan()));
        Assert.Throws<InvalidOperationException>(() => new HeadWriter(new byte[64]).WriteField(text, "value"));
        Assert.Throws<InvalidOperationException>(() => new HeadWriter(new byte[64]).WriteField("name", text));
    }
}
