using System.Globalization;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>Reads <c>opentelemetry.proto.common.v1</c>: attributes, all of them as text.</summary>
internal static class OtlpAttributes
{
    /// <summary>Attributes kept of one span, event, point or record.</summary>
    public const int Most = 64;

    /// <summary>Bytes kept of a name.</summary>
    public const int LongestName = 256;

    /// <summary>Bytes kept of a value: stack traces of exceptions are the longest.</summary>
    public const int LongestValue = 4096;

    /// <summary>A message <c>KeyValue</c>, added to the others.</summary>
    public static void Read(ProtoReader message, List<KeyValuePair<string, string>> attributes)
    {
        var key = string.Empty;
        var value = string.Empty;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    key = message.ReadString(LongestName);
                    break;
                case 2:
                    value = ReadValue(message.ReadMessage());
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (attributes.Count < Most)
        {
            attributes.Add(new(key, value));
        }
    }

    /// <summary>A message <c>AnyValue</c>. Lists of simple values are shown; what is nested deeper is not.</summary>
    public static string ReadValue(ProtoReader message, bool isNested = false)
    {
        var text = string.Empty;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    text = message.ReadString(LongestValue);
                    break;
                case 2:
                    text = message.ReadVarint() == 0 ? "false" : "true";
                    break;
                case 3:
                    text = ((long)message.ReadVarint()).ToString(CultureInfo.InvariantCulture);
                    break;
                case 4:
                    text = message.ReadDouble().ToString(CultureInfo.InvariantCulture);
                    break;
                case 5 when !isNested:
                    text = ReadList(message.ReadMessage());
                    break;
                case 7:
                    text = $"{message.ReadBytes().Length} bytes";
                    break;
                default:
                    message.Skip();
                    text = "{…}";
                    break;
            }
        }

        return text;
    }

    /// <summary>A message <c>Resource</c>.</summary>
    /// <returns>The attribute <c>service.name</c>, which the engine sets to the resource's name.</returns>
    public static string ReadServiceName(ProtoReader message)
    {
        var attributes = new List<KeyValuePair<string, string>>();
        while (message.TryReadField(out var field))
        {
            if (field == 1)
            {
                Read(message.ReadMessage(), attributes);
            }
            else
            {
                message.Skip();
            }
        }

        return attributes.Find(attribute => attribute.Key == "service.name").Value ?? "unknown";
    }

    /// <summary>A message <c>InstrumentationScope</c>: its name.</summary>
    public static string ReadScopeName(ProtoReader message)
    {
        var name = string.Empty;
        while (message.TryReadField(out var field))
        {
            if (field == 1)
            {
                name = message.ReadString(LongestName);
            }
            else
            {
                message.Skip();
            }
        }

        return name;
    }

    private static string ReadList(ProtoReader message)
    {
        var values = new List<string>();
        while (message.TryReadField(out var field))
        {
            if (field == 1 && values.Count < Most)
            {
                values.Add(ReadValue(message.ReadMessage(), isNested: true));
            }
            else
            {
                message.Skip();
            }
        }

        return $"[{string.Join(", ", values)}]";
    }
}
