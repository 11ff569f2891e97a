using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Health;
using OwlBoard.ServiceDefaults.Probing;

if (await Probe.TryRunAsync(args) is { } exitCode)
{
    return exitCode;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

var app = builder.Build();
app.MapHealth("healthy");
await app.RunAsync();
return 0;
