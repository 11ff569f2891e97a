using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// The features of a connection: those that it is itself, and what others add, which is little enough to be looked through.
/// <see cref="FeatureCollection"/> keeps a table, twice as large as the connection, and each request looks into it.
/// </summary>
/// <param name="connection">Implements the types of <paramref name="own"/>.</param>
/// <param name="own">What the connection is itself, unless something else is put in its place.</param>
internal sealed class ConnectionFeatures(object connection, Type[] own) : IFeatureCollection
{
    /// <summary>What Kestrel and this program add.</summary>
    private const int UsuallyAdded = 8;

    /// <summary>A type without a value hides what the connection is itself.</summary>
    private (Type Type, object? Value)[] _added = new (Type, object?)[UsuallyAdded];
    private int _count;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            var index = IndexOf(key);
            return index >= 0 ? _added[index].Value
                : Array.IndexOf(own, key) >= 0 ? connection
                : null;
        }

        set
        {
            Revision++;
            var index = IndexOf(key);
            if (index < 0)
            {
                index = _count++;
                if (index == _added.Length)
                {
                    Array.Resize(ref _added, index * 2);
                }
            }

            _added[index] = (key, value);
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_added[i] is (var type, { } value))
            {
                yield return new(type, value);
            }
        }

        foreach (var type in own)
        {
            if (IndexOf(type) < 0)
            {
                yield return new(type, connection);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(Type key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var i = 0; i < _count; i++)
        {
            if (_added[i].Type == key)
            {
                return i;
            }
        }

        return -1;
    }
}
