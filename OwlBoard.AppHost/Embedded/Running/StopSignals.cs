using System.Runtime.InteropServices;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>
/// Ctrl+C, SIGTERM and a terminal that goes away stop the application; the second of them kills it. A terminal sends Ctrl+C
/// to the children as well, which means to them what the engine is about to tell them anyway.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _kill;
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals(CancellationTokenSource stop, CancellationTokenSource kill)
    {
        _stop = stop;
        _kill = kill;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        (_stop.IsCancellationRequested ? _kill : _stop).Cancel();
    }
}
