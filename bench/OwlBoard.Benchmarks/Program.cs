using System.Runtime.InteropServices;
using OwlBoard.Benchmarks;
using OwlBoard.Benchmarks.Overload;
using OwlBoard.Benchmarks.Soak;

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    if ((await OverloadProgram.RunAsync(args, stop.Token) ?? await SoakProgram.RunAsync(args, stop.Token)) is { } code)
    {
        return code;
    }

    if (!BenchmarkSettings.TryParse(args, out var settings, out var message))
    {
        await Console.Error.WriteLineAsync(message);
        return 2;
    }

    return await new BenchmarkRun(settings).RunAsync(stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Canceled; all started processes have ended, and no results were written.");
    return 130;
}
catch (BenchmarkException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
