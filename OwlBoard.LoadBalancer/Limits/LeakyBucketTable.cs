using System.Numerics;
using System.Runtime.CompilerServices;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The buckets of all clients in one flat array: 16 bytes per slot, and no references for the garbage collector to trace.
/// <para>
/// A client may be in any of the eight slots of one set. For a known client, the lookup and the update are lock-free and
/// allocate nothing; new clients are added under a lock. A slot whose bucket is empty is free, since removing it changes
/// nothing for its client. When all eight slots are in use, the array doubles. At its maximum size, the emptiest bucket of
/// the set is evicted, so that a flood of addresses neither locks all clients out nor disables the limit.
/// </para>
/// </summary>
internal sealed class LeakyBucketTable
{
    private const int Ways = 8;
    private const int SmallestSize = 1024;

    /// <summary>The state of a slot that is being assigned to another client, or whose bucket is moving to another array.</summary>
    private const long Moved = long.MinValue;

    private readonly Lock _lock = new();
    private readonly int _largestSize;
    // Random, so that a client with many addresses cannot choose some that fall into one set.
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);
    private Slot[] _slots = new Slot[SmallestSize];

    /// <param name="clients">The maximum number of clients with a bucket that is not empty.</param>
    public LeakyBucketTable(int clients) =>
        // Twice as many slots: at half load, a set of eight is rarely full while other sets have free slots.
        _largestSize = (int)Math.Max(SmallestSize, BitOperations.RoundUpToPowerOf2(2 * (uint)clients));

    /// <summary>The current number of slots.</summary>
    public int Size => Volatile.Read(ref _slots).Length;

    /// <summary>Adds one request to a client's bucket if it fits.</summary>
    /// <param name="client">The client; not 0.</param>
    /// <param name="now">The current time, in ticks of the clock.</param>
    /// <param name="bucket">The parameters of the bucket.</param>
    /// <param name="wait">The ticks until the request fits; 0 if it fits now.</param>
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

            // The slot may have been reassigned since it was found. A later reassignment changes EmptyAt and fails the exchange.
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

    /// <summary>Returns the number of clients with a bucket that is not empty.</summary>
    public int Count(long now)
    {
        var count = 0;
        foreach (ref var slot in Volatile.Read(ref _slots).AsSpan())
        {
            count += Volatile.Read(ref slot.EmptyAt) > now ? 1 : 0;
        }

        return count;
    }

    /// <summary>Shrinks the table after a flood of clients.</summary>
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
        // The finalizer of MurmurHash3 spreads neighbouring networks over the sets.
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

    /// <summary>Assigns a slot to a new client and adds its first request, which always fits.</summary>
    /// <returns><see langword="false"/> if another thread has added the client.</returns>
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

    /// <summary>Moves the buckets in use to another array, under the lock. <see cref="TryTake"/> waits meanwhile.</summary>
    private void MoveTo(Slot[] slots, long now)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            var empty = Interlocked.Exchange(ref slot.EmptyAt, Moved);
            if (empty <= now)
            {
                continue;
            }

            // When the table grows, the eight slots of a set move to two sets, so there is always a free slot.
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
        /// <summary>The client that the bucket belongs to; 0 for none.</summary>
        public ulong Client;

        /// <summary>The time at which the bucket will be empty, in ticks of the clock.</summary>
        public long EmptyAt;
    }
}
