using System.Numerics;
using System.Runtime.CompilerServices;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The buckets of all clients in one flat array: 16 bytes a client and nothing for the garbage collector to follow.
/// <para>
/// A client may be in any of the eight slots of one set. For known clients, finding the slot and taking from the bucket
/// is lock-free and allocates nothing; a lock orders those who come new. A slot whose bucket is empty is free: to forget
/// such a client changes nothing for it. When all eight are in use the array doubles; at its largest, the emptiest
/// bucket of the set is forgotten, so that a flood of addresses neither shuts everybody out nor lets everybody through.
/// </para>
/// </summary>
internal sealed class LeakyBucketTable
{
    private const int Ways = 8;
    private const int SmallestSize = 1024;

    /// <summary>In place of a state: the slot is changing hands, or its bucket is on its way into another array.</summary>
    private const long Moved = long.MinValue;

    private readonly Lock _lock = new();
    private readonly int _largestSize;
    // Random, or whoever holds many addresses could choose some that fall into one set.
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
    private Slot[] _slots = new Slot[SmallestSize];

    /// <param name="clients">How many clients with buckets in use are remembered at most.</param>
    public LeakyBucketTable(int clients) =>
        // Twice as many slots: at half load, a set of eight is seldom full while others have room.
        _largestSize = (int)Math.Max(SmallestSize, BitOperations.RoundUpToPowerOf2(2 * (uint)clients));

    /// <summary>Slots at present.</summary>
    public int Size => Volatile.Read(ref _slots).Length;

    /// <summary>Puts one request into a client's bucket if it fits.</summary>
    /// <param name="client">The client; not 0.</param>
    /// <param name="now">The time in the clock's ticks.</param>
    /// <param name="bucket">The bucket's size.</param>
    /// <param name="wait">If it does not fit: in how many ticks it will.</param>
    public bool TryTake(ulong client, long now, LeakyBucket bucket, out long wait)
    {
        wait = 0;
        while (true)
        {
            ref var slot = ref Find(Volatile.Read(ref _slots), client);
            if (Unsafe.IsNullRef(ref slot))
            {
                if (TryAdd(client, now, bucket))
                {
                    return true;
                }

                continue;
            }

            var empty = Volatile.Read(ref slot.EmptyAt);
            if (empty == Moved)
            {
                WaitUntilMoved();
                continue;
            }

            // Found by its number, it may have become another's since; from here on that would change the state as well.
            if (Volatile.Read(ref slot.Client) != client)
            {
                continue;
            }

            var excess = empty - now - bucket.Tolerance;
            if (excess > 0)
            {
                wait = excess;
                return false;
            }

            if (Interlocked.CompareExchange(ref slot.EmptyAt, Math.Max(empty, now) + bucket.Interval, empty) == empty)
            {
                return true;
            }
        }
    }

    /// <summary>How many clients have something in their bucket.</summary>
    public int Count(long now)
    {
        var count = 0;
        foreach (ref var slot in Volatile.Read(ref _slots).AsSpan())
        {
            count += Volatile.Read(ref slot.EmptyAt) > now ? 1 : 0;
        }

        return count;
    }

    /// <summary>Gives memory back that a flood of clients took and that is not in use any more.</summary>
    public void Trim(long now)
    {
        if (Size == SmallestSize)
        {
            return;
        }

        lock (_lock)
        {
            var needed = (int)Math.Max(SmallestSize, BitOperations.RoundUpToPowerOf2(4 * (uint)Count(now)));
            if (needed < _slots.Length)
            {
                MoveTo(new Slot[needed], now);
            }
        }
    }

    private Span<Slot> SetOf(Slot[] slots, ulong client)
    {
        // The finalizer of MurmurHash3: neighbouring networks are to be far apart.
        var hash = client ^ _seed;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        var set = (int)(hash ^ (hash >> 33)) & ((slots.Length / Ways) - 1);
        return slots.AsSpan(set * Ways, Ways);
    }

    private ref Slot Find(Slot[] slots, ulong client)
    {
        foreach (ref var slot in SetOf(slots, client))
        {
            if (Volatile.Read(ref slot.Client) == client)
            {
                return ref slot;
            }
        }

        return ref Unsafe.NullRef<Slot>();
    }

    /// <summary>Gives a client a slot and puts its first request into the bucket, where one always fits.</summary>
    /// <returns>Whether it did; not if the client turned out to be known by now.</returns>
    private bool TryAdd(ulong client, long now, LeakyBucket bucket)
    {
        lock (_lock)
        {
            while (Unsafe.IsNullRef(ref Find(_slots, client)))
            {
                ref var slot = ref Emptiest(SetOf(_slots, client));
                var empty = Volatile.Read(ref slot.EmptyAt);
                if (empty > now && _slots.Length < _largestSize)
                {
                    MoveTo(new Slot[_slots.Length * 2], now);
                }
                else if (Interlocked.CompareExchange(ref slot.EmptyAt, Moved, empty) == empty)
                {
                    Volatile.Write(ref slot.Client, client);
                    Volatile.Write(ref slot.EmptyAt, now + bucket.Interval);
                    return true;
                }
            }

            return false;
        }
    }

    private static ref Slot Emptiest(Span<Slot> set)
    {
        ref var emptiest = ref set[0];
        foreach (ref var slot in set)
        {
            if (Volatile.Read(ref slot.EmptyAt) < Volatile.Read(ref emptiest.EmptyAt))
            {
                emptiest = ref slot;
            }
        }

        return ref emptiest;
    }

    /// <summary>Moves the buckets in use, under the lock. Whoever wants to take from one meanwhile waits for its new place.</summary>
    private void MoveTo(Slot[] slots, long now)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            var empty = Interlocked.Exchange(ref slot.EmptyAt, Moved);
            if (empty <= now)
            {
                continue;
            }

            // Growing, a set's eight go into two sets and there is always room.
            ref var place = ref Emptiest(SetOf(slots, slot.Client));
            if (place.EmptyAt < empty)
            {
                place = new Slot { Client = slot.Client, EmptyAt = empty };
            }
        }

        Volatile.Write(ref _slots, slots);
    }

    private void WaitUntilMoved()
    {
        lock (_lock)
        {
        }
    }

    private struct Slot
    {
        /// <summary>Whose bucket it is; 0 for nobody's.</summary>
        public ulong Client;

        /// <summary>When the bucket will be empty, in the clock's ticks.</summary>
        public long EmptyAt;
    }
}
