using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>
/// Stops the program on signals. SIGTERM, which container engines and orchestrators send, drains first. SIGINT (Ctrl+C) or
/// a second SIGTERM stops immediately; requests in flight still complete.
/// </summary>
internal sealed partial class DrainingLifetime(
    DrainState state,
    IHostApplicationLifetime application,
    IOptions<DrainOptions> options,
    TimeProvider time,
    ILogger<DrainingLifetime> logger) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private CancellationTokenRegistration _stopping;
    private ITimer? _period;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnInterrupt));
        _stopping = application.ApplicationStopping.Register(state.BeginClose);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _stopping.Dispose();
        _period?.Dispose();
    }

    private void OnTerminate(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (state.IsDraining || options.Value.Period == TimeSpan.Zero)
        {
            Stop();
            return;
        }

        LogDraining(options.Value.Period);
        state.BeginDrain();
        _period = time.CreateTimer(_ => Stop(), null, options.Value.Period, Timeout.InfiniteTimeSpan);
    }

    private void OnInterrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Stop();
    }

    private void Stop()
    {
        LogStopping(options.Value.Timeout);
        application.StopApplication();
    }

    [LoggerMessage(1, LogLevel.Information, "Draining: /health returns 503; requests are still served for {Period}.")]
    private partial void LogDraining(TimeSpan period);

    [LoggerMessage(2, LogLevel.Information, "Stopping: requests in flight have {Timeout} to complete.")]
    private partial void LogStopping(TimeSpan timeout);
}
