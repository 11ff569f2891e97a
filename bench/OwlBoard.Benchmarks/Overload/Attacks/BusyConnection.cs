using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>A connection that transfers as fast as the proxy allows, on its own thread. It is reopened when it fails.</summary>
/// <param name="target">The proxy.</param>
/// <param name="address">The source address.</param>
/// <param name="transfer">Performs one transfer and reports its bytes.</param>
internal sealed class BusyConnection(IPEndPoint target, IPAddress address, Action<NetworkStream, Action<int>> transfer)
{
    public const int BlockBytes = 64 * 1024;

    private const int GreatestHead = 8 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _bytes;
    private int _failures;

    /// <summary>Transfers until cancelled.</summary>
    /// <returns>The throughput, and the number of failures.</returns>
    public Task<string> RunAsync(CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Reads a response head byte by byte and throws if its status differs.</summary>
    public static void ReadHead(NetworkStream stream, int status)
    {
        var head = new StringBuilder();
        while (head.Length < GreatestHead && !(head.Length > 4 && head[^1] == '\n' && head[^3] == '\n'))
        {
            var next = stream.ReadByte();
            if (next < 0)
            {
                break;
            }

            head.Append((char)next);
        }

        var text = head.ToString();
        if (!text.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal))
        {
            throw new IOException($"The status line is '{text.Split('\r')[0]}'; it must have status {status}.");
        }
    }

    private string Run(CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, 0));
                socket.Connect(target);
                using var stream = new NetworkStream(socket);
                // Closing the socket ends a blocked transfer.
                using var end = stop.Register(() => socket.Close(0));
                while (!stop.IsCancellationRequested)
                {
                    transfer(stream, count => _bytes += count);
                }
            }
            catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
            {
                if (!stop.IsCancellationRequested)
                {
                    _failures++;
                    stop.WaitHandle.WaitOne(Pause);
                }
            }
        }

        var perSecond = _bytes / Stopwatch.GetElapsedTime(started).TotalSeconds / (1024 * 1024);
        return string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0} MB/s{(_failures > 0 ? $", failed {_failures} times" : "")}");
    }
}
