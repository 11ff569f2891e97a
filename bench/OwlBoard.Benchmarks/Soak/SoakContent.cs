using System.Buffers.Binary;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>Generates bytes from a seed, so that both ends can compare them.</summary>
internal static class SoakContent
{
    /// <summary>Fills a buffer. The bytes do not repeat, so that a lost, duplicated or moved byte is detected.</summary>
    public static byte[] Of(long seed, int length)
    {
        var content = new byte[length];
        var state = (ulong)seed;
        for (var i = 0; i < length; i += sizeof(ulong))
        {
            // SplitMix64.
            var word = state += 0x9E3779B97F4A7C15;
            word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
            word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
            word ^= word >> 31;
            if (length - i >= sizeof(ulong))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(i), word);
            }
            else
            {
                content.AsSpan(i).Fill((byte)word);
            }
        }

        return content;
    }
}
