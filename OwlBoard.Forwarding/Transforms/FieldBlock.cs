using System.Buffers;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>Fields that many requests have in common: checked and encoded once, not for each of them.</summary>
public sealed class FieldBlock
{
    private readonly KeyValuePair<string, string>[] _fields;
    private readonly byte[] _lines;

    /// <param name="fields">Each name once.</param>
    /// <exception cref="InvalidOperationException">There is a line break in one.</exception>
    public FieldBlock(params ReadOnlySpan<KeyValuePair<string, string>> fields)
    {
        _fields = fields.ToArray();
        var writer = new HeadWriter(new byte[256]);
        try
        {
            foreach (var (name, value) in fields)
            {
                writer.WriteField(name, value);
            }

            _lines = writer.Buffer[..writer.Length];
        }
        finally
        {
            if (writer.IsRented)
            {
                ArrayPool<byte>.Shared.Return(writer.Buffer);
            }
        }
    }

    /// <summary>Names and values.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>As they are sent.</summary>
    internal ReadOnlySpan<byte> Lines => _lines;

    /// <summary>Whether a field is one of them.</summary>
    internal bool States(string name)
    {
        foreach (var field in _fields)
        {
            if (field.Key.Length == name.Length && field.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
