using System.Collections.Concurrent;
using System.Diagnostics;

namespace OwlBoard.Tests.Faults;

/// <summary>
/// Sends requests at a fixed rate, independent of the responses (an open loop: a stalled server receives requests at the same
/// rate). Every second one is a POST with a body. Each latency is measured from the time at which the request was due.
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

    /// <summary>The outcome of each request.</summary>
    public ConcurrentBag<Sample> Samples { get; } = [];

    /// <param name="target">The address of the requests.</param>
    /// <param name="requestsPerSecond">The number of requests per second.</param>
    /// <param name="readsOnly"><see langword="true"/> to send only GETs.</param>
    public static SteadyLoad Start(Uri target, int requestsPerSecond, bool readsOnly = false) => new(target, requestsPerSecond, readsOnly);

    /// <summary>Runs the load for a fixed time: the duration of a measurement, not a wait for a condition.</summary>
    public static Task RunForAsync(TimeSpan duration) => Task.Delay(duration, TestContext.Current.CancellationToken);

    /// <summary>Stops sending and waits for the requests in flight.</summary>
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

    /// <summary>The outcome of a request.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="Failure">The status or error; <see langword="null"/> for a 2xx response.</param>
    /// <param name="Gateway">The gateway that responded.</param>
    /// <param name="Latency">The latency.</param>
    /// <param name="Due">The timestamp (<see cref="Stopwatch.GetTimestamp"/>) at which the request was due.</param>
    public sealed record Sample(string Method, string? Failure, string? Gateway, TimeSpan Latency, long Due);
}
