using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Limits;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class Http2FrameCounterTests
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private readonly FakeTimeProvider _time = new();

    /// <summary>Frames arrive in pieces of any size.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void Frames_are_counted_however_they_are_cut(int pieceBytes)
    {
        var allowed = Frames(1_000, Data, 0, 0);

        Assert.True(TryCount([.. allowed], pieceBytes));
        Assert.False(TryCount([.. allowed, .. Frames(1, Data, 0, 0)], pieceBytes));
    }

    [Fact]
    public void Frames_that_bring_a_request_further_are_unlimited()
    {
        Assert.True(TryCount(Frames(5_000, Data, 0, 1)));
        Assert.True(TryCount(Frames(5_000, Data, EndStream, 0)));
        Assert.True(TryCount(Frames(5_000, Headers, EndHeaders, 20)));
        Assert.True(TryCount(Frames(5_000, WindowUpdate, 0, 4)));
    }

    [Fact]
    public void Progress_in_between_starts_the_count_again()
    {
        Assert.True(TryCount([.. Frames(1_000, Ping, 0, 8), .. Frames(1, Data, 0, 1), .. Frames(1_000, Ping, 0, 8)]));
        Assert.False(TryCount([.. Frames(1_001, Ping, 0, 8)]));
    }

    [Fact]
    public void Header_block_has_at_most_32_continuations()
    {
        Assert.True(TryCount([.. Frames(1, Headers, 0, 5), .. Frames(32, Continuation, 0, 5), .. Frames(1, Headers, 0, 5), .. Frames(32, Continuation, 0, 5)]));
        Assert.False(TryCount([.. Frames(1, Headers, 0, 5), .. Frames(33, Continuation, 0, 5)]));
    }

    [Fact]
    public void Frames_are_counted_within_ten_seconds()
    {
        var counter = new Http2FrameCounter(_time);
        Assert.True(counter.TryCount(new(new byte[24])));
        for (var i = 0; i < 10; i++)
        {
            Assert.True(counter.TryCount(new(Frames(1_000, Ping, 0, 8))));
            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private static byte[] Frames(int count, byte type, byte flags, int length)
    {
        var frame = new byte[9 + length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length << 8 | type);
        frame[4] = flags;
        return [.. Enumerable.Repeat(frame, count).SelectMany(bytes => bytes)];
    }

    private bool TryCount(byte[] frames, int pieceBytes = int.MaxValue)
    {
        var counter = new Http2FrameCounter(_time);
        byte[] all = [.. new byte[24], .. frames];
        return all.Chunk(Math.Min(pieceBytes, all.Length)).All(piece => counter.TryCount(new ReadOnlySequence<byte>(piece)));
    }
}
