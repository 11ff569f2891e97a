using System.Net.Sockets;
using System.Text;
using OwlBoard.Benchmarks.Overload.Processes;
using OwlBoard.Benchmarks.Upstreams;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>A continuous download and a continuous upload.</summary>
internal sealed class BusyTransfers() : Attack("busy-transfers")
{
    private const int UploadBytes = 10 * 1024 * 1024;

    public override string Description => "one download (1 GB each time) and one upload (PUTs of 10 MB) as fast as possible";

    public override bool NeedsStreamingUpstream => true;

    public override async Task<string> RunAsync(AttackTarget target, CancellationToken stop)
    {
        var download = new BusyConnection(target.EndPoint, AttackTarget.Attacker(0), Download).RunAsync(stop);
        var upload = new BusyConnection(target.EndPoint, AttackTarget.Attacker(1), Upload).RunAsync(stop);
        return $"downloads {await download}, uploads {await upload}";
    }

    private static void Download(NetworkStream stream, Action<int> report)
    {
        stream.Write(Encoding.ASCII.GetBytes($"GET /api/canvas{StreamingUpstream.DownloadPath} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        BusyConnection.ReadHead(stream, 200);
        var block = new byte[BusyConnection.BlockBytes];
        for (var left = StreamingUpstream.DownloadBytes; left > 0;)
        {
            var count = Read(stream, block.AsSpan(0, (int)Math.Min(block.Length, left)));
            left -= count;
            report(count);
        }
    }

    private static void Upload(NetworkStream stream, Action<int> report)
    {
        stream.Write(Encoding.ASCII.GetBytes($"PUT /api/canvas/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {UploadBytes}\r\n\r\n"));
        var block = new byte[BusyConnection.BlockBytes];
        for (var left = UploadBytes; left > 0; left -= block.Length)
        {
            stream.Write(block);
            report(block.Length);
        }

        BusyConnection.ReadHead(stream, 200);
        for (var left = NginxUpstream.SmallReply.Length; left > 0;)
        {
            left -= Read(stream, block.AsSpan(0, left));
        }
    }

    private static int Read(NetworkStream stream, Span<byte> buffer) =>
        stream.Read(buffer) is > 0 and var count ? count : throw new IOException("The response is incomplete.");
}
