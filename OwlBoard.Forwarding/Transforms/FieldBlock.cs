using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>A set of fields that many requests share, validated and encoded once.</summary>
public sealed class FieldBlock
{
    private readonly KeyValuePair<string, string>[] _fields;
    private readonly byte[] _lines;

    /// <param name="fields">The fields, with unique names.</param>
    /// <exception cref="InvalidOperationException">A field contains a line break.</exception>
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
            writer.Return();
        }
    }

    /// <summary>The names and values.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>The encoded fields.</summary>
    internal ReadOnlySpan<byte> Lines => _lines;

    /// <summary>Returns a value that indicates whether the block consists of exactly these fields, in the same order.</summary>
    /// <param name="fields">The names and values.</param>
    public bool IsOf(ReadOnlySpan<KeyValuePair<string, string>> fields)
    {
        if (fields.Length != _fields.Length)
        {
            return false;
        }

        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Key != _fields[i].Key || fields[i].Value != _fields[i].Value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns a value that indicates whether the block contains a field.</summary>
    internal bool States(string name) => IndexOf<string>(_fields, name) >= 0;

    /// <summary>Returns the index of the field with this name.</summary>
    /// <returns>The index; -1 if there is no such field.</returns>
    internal static int IndexOf<T>(ReadOnlySpan<KeyValuePair<string, T>> fields, string name)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var key = fields[i].Key;
            if (key.Length == name.Length && key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
