using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using OwlBoard.Benchmarks.Overload.Http2;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>HTTP/2 connections that send the same frames repeatedly until the proxy closes them.</summary>
/// <param name="name">The name of the attack.</param>
/// <param name="frames">The description of the frames.</param>
/// <param name="opening">The first frames on a connection.</param>
/// <param name="flood">The frames that are repeated after them.</param>
internal sealed class FrameFlood(string name, string frames, byte[] opening, byte[] flood) : Attack(name)
{
    private const int Connections = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly byte[] DefaultSettings = Http2Frame.Create(Http2Frame.Settings, 0, 0);

    private readonly Lock _lock = new();
    private TimeSpan _longest;
    private int _cut;
    private int _uncut;

    public override string Description => $"{Connections} HTTP/2 connections over TLS from one address with an endless series of {frames}";

    /// <summary>An endless field section: empty CONTINUATION frames without END_HEADERS.</summary>
    public static FrameFlood OfContinuations() => new(
        "continuations",
        "empty CONTINUATION frames",
        Http2Frame.Create(Http2Frame.Headers, Http2Frame.EndStream, 1, Http2Frame.Request("GET", "/api/canvas/small")),
        Repeat(Http2Frame.Create(Http2Frame.Continuation, 0, 1)));

    /// <summary>An endless body: empty DATA frames without END_STREAM.</summary>
    public static FrameFlood OfEmptyData() => new(
        "empty-data",
        "empty DATA frames",
        Http2Frame.Create(Http2Frame.Headers, Http2Frame.EndHeaders, 1, Http2Frame.Request("POST", "/api/canvas/post")),
        Repeat(Http2Frame.Create(Http2Frame.Data, 0, 1)));

    public override async Task<string> RunAsync(AttackTarget target, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => RunOneAsync(target, stop)));
        return (_cut, _uncut) switch
        {
            (0, _) => $"not closed in {Seconds(_longest)} s",
            (_, 0) => $"closed {_cut} times, each after {Seconds(_longest)} s at most",
            _ => $"closed {_cut} times, {_uncut} not closed; {Seconds(_longest)} s at most",
        };

        static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static byte[] Repeat(byte[] frame)
    {
        // A TLS record holds at most 16 KB.
        const int Most = 16 * 1024;
        return [.. Enumerable.Repeat(frame, Most / frame.Length).SelectMany(one => one)];
    }

    private async Task RunOneAsync(AttackTarget target, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var started = 0L;
            try
            {
                using var connection = await Http2Connection.OpenAsync(AttackTarget.Attacker(0), target.TlsEndPoint, DefaultSettings, stop);
                started = Stopwatch.GetTimestamp();
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var receiving = connection.ReceiveAsync((_, _, _) => { }, ended.Token);
                var sending = SendAsync(connection, ended.Token);
                await await Task.WhenAny(receiving, sending);
                await ended.CancelAsync();
            }
            catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException or OperationCanceledException)
            {
                // The proxy closed the connection, or the attack has ended.
            }

            var lasted = Stopwatch.GetElapsedTime(started);
            // A connection that was opened just before the end of the attack is not counted.
            if (started != 0 && (!stop.IsCancellationRequested || lasted > Pause))
            {
                lock (_lock)
                {
                    _longest = lasted > _longest ? lasted : _longest;
                    _ = stop.IsCancellationRequested ? _uncut++ : _cut++;
                }
            }

            await Task.Delay(Pause, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task SendAsync(Http2Connection connection, CancellationToken stop)
    {
        await connection.SendAsync(opening, stop);
        while (true)
        {
            await connection.SendAsync(flood, stop);
            // Sends complete synchronously while the proxy reads; yield to the other connections.
            await Task.Yield();
        }
    }
}
