using OwlBoard.Gateway;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.ServiceDefaults.Startup;

if (await Probe.TryRunAsync(args) is { } exitCode)
{
    return exitCode;
}

return await StartupErrors.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddGateway();

    var app = builder.Build();
    app.UseGateway();
    return app;
});
