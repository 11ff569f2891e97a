using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// The features of a connection: its own, and a few added ones in a list that is searched linearly. A
/// <see cref="FeatureCollection"/> has a dictionary twice as large as the connection, with a lookup per request.
/// </summary>
/// <param name="connection">The implementation of the types in <paramref name="own"/>.</param>
/// <param name="own">The features that the connection implements itself, unless they are replaced.</param>
internal sealed class ConnectionFeatures(object connection, Type[] own) : IFeatureCollection
{
    /// <summary>The initial capacity, for the features that Kestrel and this program add.</summary>
    private const int InitialCapacity = 8;

    /// <summary>The added features. An entry without a value hides a feature of the connection itself.</summary>
    private (Type Type, object? Value)[] _added = new (Type, object?)[InitialCapacity];
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
