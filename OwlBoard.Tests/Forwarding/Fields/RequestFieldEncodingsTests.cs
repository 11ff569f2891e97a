using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Fields;

namespace OwlBoard.Tests.Forwarding.Fields;

/// <summary>Compares the encodings that Kestrel's parser uses for request fields with the grammar, on random bytes.</summary>
[Trait("Category", "Unit")]
public sealed partial class RequestFieldEncodingsTests
{
    private const int Cases = 30_000;

    private static readonly Func<string, Encoding?> Select = Server().RequestHeaderEncodingSelector;

    [Fact]
    public void Any_value_is_decoded_byte_by_byte_but_for_what_a_value_must_not_have()
    {
        var random = new Random(1);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Bytes(random, random.Next(40));
            var expected = string.Concat(bytes.Select(value => value is < 0x20 and not 9 or 0x7F ? FieldEncoding.Refused : (char)value));

            Assert.Equal(expected, Select(random.Next(2) == 0 ? "X-A" : HeaderNames.Connection)!.GetString(bytes));
        }
    }

    [Fact]
    public void Any_value_of_a_pseudo_field_is_decoded_byte_by_byte_but_for_all_that_is_not_visible_ascii()
    {
        var random = new Random(2);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Bytes(random, random.Next(40));
            var expected = string.Concat(bytes.Select(value => value is <= 0x20 or >= 0x7F ? FieldEncoding.Refused : (char)value));

            Assert.Equal(expected, Select(":path")!.GetString(bytes));
        }
    }

    [Fact]
    public void Any_name_that_is_no_token_is_refused_whatever_its_value()
    {
        var random = new Random(3);
        for (var i = 0; i < Cases; i++)
        {
            // Kestrel selects an encoding for ASCII names only.
            var name = string.Concat(Bytes(random, random.Next(12)).Select(value => (char)(value & 0x7F)));
            var isRefused = Select(name)!.GetString(Bytes(random, random.Next(2))).StartsWith(FieldEncoding.Refused);

            if (name is not [':', ..] && !Token().IsMatch(name))
            {
                Assert.True(isRefused, name);
            }
        }
    }

    [Fact]
    public void Any_length_is_that_of_its_digits_or_refused()
    {
        var random = new Random(4);
        var characters = "0123456789000000 \t+-,.xeE\u0000\u00A0\u00B2"u8.ToArray();
        // The size of Kestrel's buffer.
        Span<char> chars = stackalloc char[20];
        for (var i = 0; i < Cases; i++)
        {
            var digits = random.Next(2) == 0 ? 10 : characters.Length;
            var bytes = Enumerable.Range(0, random.Next(30)).Select(_ => characters[random.Next(digits)]).ToArray();
            var text = Encoding.Latin1.GetString(bytes);

            var length = long.Parse(chars[..Select(HeaderNames.ContentLength)!.GetChars(bytes, chars)], System.Globalization.NumberStyles.None, null);

            var isValid = Digits().IsMatch(text) && text.TrimStart('0').Length <= 18;
            Assert.Equal(isValid ? long.Parse($"0{text.TrimStart('0')}", null) : LengthEncoding.Refused, length);
        }
    }

    private static KestrelServerOptions Server()
    {
        var server = new KestrelServerOptions();
        server.UseOpaqueFields();
        return server;
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    [GeneratedRegex("\\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z")]
    private static partial Regex Token();

    [GeneratedRegex("\\A[0-9]+\\z")]
    private static partial Regex Digits();
}
