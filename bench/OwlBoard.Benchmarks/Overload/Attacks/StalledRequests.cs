using System.Text;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Requests of clients that stall.</summary>
internal static class StalledRequests
{
    private const int UploadBytes = 1024 * 1024;
    private const int SentBytes = 60 * 1024;

    /// <summary>A PUT of 1 MB of which 60 KB are sent at once, and then single bytes.</summary>
    public static ConnectionOpening Upload { get; } = new(
        [
            .. Encoding.ASCII.GetBytes($"PUT /api/canvas/post HTTP/1.1\r\nHost: localhost\r\nContent-Length: {UploadBytes}\r\n\r\n"),
            .. Enumerable.Repeat((byte)'x', SentBytes),
        ],
        Trickles: true);

    /// <summary>A GET of 50 MB.</summary>
    public static ConnectionOpening Download { get; } = new("GET /api/canvas/50m HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Trickles: false);
}
