using System.Collections;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>A list of fixed capacity, oldest item first; a new item replaces the oldest one. Not thread-safe.</summary>
internal sealed class Ring<T>(int capacity) : IReadOnlyList<T>
{
    private readonly T[] _items = new T[capacity];
    private int _first;

    public int Count { get; private set; }

    public bool IsFull => Count == _items.Length;

    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _items[(_first + index) % _items.Length];
        }
    }

    public void Add(T item)
    {
        _items[(_first + Count) % _items.Length] = item;
        if (IsFull)
        {
            _first = (_first + 1) % _items.Length;
        }
        else
        {
            Count++;
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
