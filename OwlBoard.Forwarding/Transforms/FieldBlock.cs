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
            writer.Return();
        }
    }

    /// <summary>Names and values.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>As they are sent.</summary>
    internal ReadOnlySpan<byte> Lines => _lines;

    /// <summary>Whether it is of just these fields, in the same order.</summary>
    /// <param name="fields">Names and values.</param>
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

    /// <summary>Whether a field is one of them.</summary>
    internal bool States(string name) => IndexOf<string>(_fields, name) >= 0;

    /// <summary>Where the field of this name is.</summary>
    /// <returns>-1 if there is none.</returns>
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
