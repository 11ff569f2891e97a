using OwlBoard.Frontend;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.ServiceDefaults.Startup;

if (await Probe.TryRunAsync(args) is { } exitCode)
{
    return exitCode;
}

if (FrontendVariant.Find(args.FirstOrDefault()) is not { } variant)
{
    await Console.Error.WriteLineAsync(FrontendVariant.Usage(args.FirstOrDefault()));
    return 1;
}

return await StartupErrors.RunAsync(() => FrontendApplication.Build(variant, args[1..]));
