using OwlBoard.StockYarp;

// YARP as it comes, for comparison: its own defaults and nothing of ours. It routes everything to Upstream:0…
var builder = WebApplication.CreateBuilder(args);
// YARP logs two lines a request at Information; its own templates switch that off for production as well.
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddStockProxy(builder.Configuration);

var app = builder.Build();
app.MapReverseProxy();
await app.RunAsync();
