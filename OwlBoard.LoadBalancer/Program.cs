using OwlBoard.LoadBalancer;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Probing;

if (await Probe.TryRunAsync(args) is { } exitCode)
{
    return exitCode;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLoadBalancer();

var app = builder.Build();
app.UseLoadBalancer();
await app.RunAsync();
return 0;
