namespace OwlBoard.Services.Users;

/// <summary>
/// A time per key, for at most <paramref name="capacity"/> keys. When full, the tenth with the earliest times is dropped.
/// </summary>
internal sealed class BoundedTimes<TKey>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, long> _times = [];

    public int Count => _times.Count;

    public long this[TKey key]
    {
        get => _times.GetValueOrDefault(key);
        set
        {
            if (_times.Count >= capacity && !_times.ContainsKey(key))
            {
                foreach (var (earliest, _) in _times.OrderBy(time => time.Value).Take(Math.Max(1, capacity / 10)).ToList())
                {
                    _times.Remove(earliest);
                }
            }

            _times[key] = value;
        }
    }

    public bool Contains(TKey key) => _times.ContainsKey(key);

    public void Remove(TKey key) => _times.Remove(key);
}
