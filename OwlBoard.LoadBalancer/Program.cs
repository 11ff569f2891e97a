using OwlBoard.LoadBalancer;
using OwlBoard.LoadBalancer.Pipeline;
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
    builder.AddLoadBalancer();

    var app = builder.Build();
    app.UseLoadBalancer();
    return app;
});
