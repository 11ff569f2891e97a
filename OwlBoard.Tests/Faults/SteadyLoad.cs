using System.Collections.Concurrent;
using System.Diagnostics;

namespace OwlBoard.Tests.Faults;

/// <summary>
/// Requests at a fixed rate whatever becomes of them (open loop: a server that stalls is asked all the same), every
/// second one a POST with a body. Each is measured from when it was due.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly byte[] Body = new byte[1024];

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Uri _target;
    private readonly Task _sending;

    private readonly bool _readsOnly;

    private SteadyLoad(Uri target, int requestsPerSecond, bool readsOnly)
    {
        _target = target;
        _readsOnly = readsOnly;
        _sending = Task.Factory.StartNew(() => Send(requestsPerSecond), TaskCreationOptions.LongRunning);
    }

    /// <summary>What became of each request.</summary>
    public ConcurrentBag<Sample> Samples { get; } = [];

    /// <param name="target">Where they go.</param>
    /// <param name="requestsPerSecond">How many of them.</param>
    /// <param name="readsOnly">Whether each is a GET.</param>
    public static SteadyLoad Start(Uri target, int requestsPerSecond, bool readsOnly = false) => new(target, requestsPerSecond, readsOnly);

    /// <summary>Lets the load run for a while: the length of a measurement, nothing is waited for.</summary>
    public static Task RunForAsync(TimeSpan duration) => Task.Delay(duration, TestContext.Current.CancellationToken);

    /// <summary>Sends no more and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private void Send(int requestsPerSecond)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / requestsPerSecond);
            var early = due - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.Zero && _stop.Token.WaitHandle.WaitOne(early))
            {
                return;
            }

            _running.Add(MeasureAsync(_readsOnly || i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, started + (long)(due.TotalSeconds * Stopwatch.Frequency)));
        }
    }

    private async Task MeasureAsync(HttpMethod method, long due)
    {
        await Task.Yield();
        string? failure = null;
        string? gateway = null;
        try
        {
            using var request = new HttpRequestMessage(method, _target);
            if (method == HttpMethod.Post)
            {
                request.Content = new ByteArrayContent(Body);
            }

            using var response = await _client.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            gateway = response.Headers.TryGetValues("X-Upstream-Server", out var names) ? names.First() : null;
            failure = response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode}";
        }
        catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException or IOException)
        {
            failure = broken.Message;
        }

        Samples.Add(new Sample(method.Method, failure, gateway, Stopwatch.GetElapsedTime(due), due));
    }

    /// <summary>One request.</summary>
    /// <param name="Method">Its method.</param>
    /// <param name="Failure">Its status or error; <see langword="null"/> if it was answered with 2xx.</param>
    /// <param name="Gateway">Who answered.</param>
    /// <param name="Latency">How long it took.</param>
    /// <param name="Due">The timestamp (<see cref="Stopwatch.GetTimestamp"/>) at which it was due.</param>
    public sealed record Sample(string Method, string? Failure, string? Gateway, TimeSpan Latency, long Due);
}
