using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>A field's value as a person reads it.</summary>
internal static class FieldText
{
    /// <summary>Returns the value, whose characters are bytes, as UTF-8 where it is that, else as ISO 8859-1.</summary>
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
