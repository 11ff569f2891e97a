using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using OwlBoard.Benchmarks.Overload.Http2;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>HTTP/2 connections that send the same frames again and again until the proxy ends them.</summary>
/// <param name="name">The attack's name.</param>
/// <param name="frames">What the frames are called.</param>
/// <param name="opening">The frames that come first on a connection.</param>
/// <param name="flood">The frames that follow without a pause.</param>
internal sealed class FrameFlood(string name, string frames, byte[] opening, byte[] flood) : Attack(name)
{
    private const int Connections = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly byte[] DefaultSettings = Http2Frame.Create(Http2Frame.Settings, 0, 0);

    private readonly Lock _lock = new();
    private TimeSpan _longest;
    private int _cut;
    private int _uncut;

    public override string Description => $"{Connections} HTTP/2 connections over TLS from one address with {frames} without an end";

    /// <summary>A field section that never ends: CONTINUATION frames without a byte in them and without END_HEADERS.</summary>
    public static FrameFlood OfContinuations() => new(
        "continuations",
        "empty CONTINUATION frames",
        Http2Frame.Create(Http2Frame.Headers, Http2Frame.EndStream, 1, Http2Frame.Request("GET", "/api/canvas/small")),
        Repeat(Http2Frame.Create(Http2Frame.Continuation, 0, 1)));

    /// <summary>A body that never gets any further: DATA frames without a byte in them and without END_STREAM.</summary>
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
            (0, _) => $"not cut in {Seconds(_longest)} s",
            (_, 0) => $"cut {_cut} times, each after {Seconds(_longest)} s at most",
            _ => $"cut {_cut} times, {_uncut} not cut; {Seconds(_longest)} s at most",
        };

        static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static byte[] Repeat(byte[] frame)
    {
        // A record of TLS holds at most 16 KB.
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
                // The proxy ended the connection, or the attack is over.
            }

            var lasted = Stopwatch.GetElapsedTime(started);
            // The end of the attack says nothing about a connection that it has just opened.
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
            // Sending completes at once as long as the proxy reads; the other connections get the thread in between.
            await Task.Yield();
        }
    }
}
