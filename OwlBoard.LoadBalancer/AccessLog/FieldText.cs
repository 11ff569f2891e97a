using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Decodes the values of header fields for display.</summary>
internal static class FieldText
{
    /// <summary>
    /// Decodes the value's bytes, one per character, as UTF-8 if they are valid UTF-8, otherwise as ISO 8859-1.
    /// </summary>
    public static string Of(StringValues value)
    {
        var text = value.ToString();
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var bytes = Encoding.Latin1.GetBytes(text);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : text;
    }
}
