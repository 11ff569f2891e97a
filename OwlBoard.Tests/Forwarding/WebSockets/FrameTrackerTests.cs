using OwlBoard.Forwarding.WebSockets;

namespace OwlBoard.Tests.Forwarding.WebSockets;

[Trait("Category", "Unit")]
public sealed class FrameTrackerTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    [InlineData(true, 1000)]
    [InlineData(true, 200_000)]
    [InlineData(false, 1)]
    [InlineData(false, 3)]
    [InlineData(false, 1000)]
    [InlineData(false, 200_000)]
    public async Task Tracker_finds_each_boundary_however_the_frames_are_split(bool isServer, int pieces)
    {
        var frames = await Frames.EncodeAsync(isServer, Frames.Sizes);
        var wire = frames.SelectMany(frame => frame).ToArray();
        var boundaries = new HashSet<int>();
        foreach (var frame in frames)
        {
            boundaries.Add(boundaries.DefaultIfEmpty().Max() + frame.Length);
        }

        var random = new Random(pieces);
        var tracker = new FrameTracker();
        for (var position = 0; position < wire.Length;)
        {
            var length = Math.Min(wire.Length - position, random.Next(1, pieces + 1));
            var complete = tracker.Advance(wire.AsSpan(position, length));

            var inside = boundaries.Where(b => b > position && b <= position + length).ToArray();
            Assert.Equal(inside.Length == 0 ? 0 : inside.Max() - position, complete);
            position += length;
            Assert.Equal(boundaries.Contains(position), tracker.IsAtBoundary);
        }
    }

    [Fact]
    public async Task Tracker_stops_at_the_end_of_a_frame()
    {
        var frames = await Frames.EncodeAsync(isServer: false, 10, 20);
        var tracker = new FrameTracker();

        Assert.Equal(frames[0].Length, tracker.AdvanceToEndOfFrame([.. frames[0], .. frames[1]]));
    }

    [Fact]
    public void Tracker_knows_a_close_frame()
    {
        var tracker = new FrameTracker();
        tracker.Advance([0x82, 0x01, 0x88]);
        Assert.False(tracker.IsClosed);
        tracker.Advance([0x88, 0x02, 0x03]);
        Assert.False(tracker.IsClosed);
        tracker.Advance([0xE9]);
        Assert.True(tracker.IsClosed);
    }
}
