using Microsoft.Extensions.Options;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.Services.Hosting;
using OwlBoard.Services.Storage;

if (await Probe.TryRunAsync(args) is { } exitCode)
{
    return exitCode;
}

if (BoardService.Find(args.FirstOrDefault()) is not { } service)
{
    await Console.Error.WriteLineAsync($"The first argument must be one of: {BoardService.Arguments}.");
    return 1;
}

try
{
    await using var app = ServiceApplication.Build(service, args[1..]);
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException)
{
    // Stopped during start-up, for example by a container engine's timeout.
    return 0;
}
catch (Exception failure) when (failure is OptionsValidationException or StorageException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
