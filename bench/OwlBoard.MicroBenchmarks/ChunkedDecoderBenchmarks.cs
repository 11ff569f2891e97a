using System.Text;
using BenchmarkDotNet.Attributes;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.MicroBenchmarks;

/// <summary>Decodes four chunks of 4 KB. Allocates nothing.</summary>
[MemoryDiagnoser]
public class ChunkedDecoderBenchmarks
{
    private static readonly byte[] Bytes = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat($"1000\r\n{new string('x', 4096)}\r\n", 4)) + "0\r\n");

    [Benchmark]
    public long Decode()
    {
        var decoder = new ChunkedDecoder();
        var (position, total) = (0, 0L);
        while (!decoder.IsAtTrailers)
        {
            position += decoder.Read(Bytes.AsSpan(position), out var data);
            total += data.Length;
        }

        return total;
    }
}
