using OwlBoard.StockYarp;

// YARP with its defaults, for comparison. It forwards all requests to Upstream:0…
var builder = WebApplication.CreateBuilder(args);
// YARP logs two lines per request at Information; its project templates disable that in production as well.
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddStockProxy(builder.Configuration);

var app = builder.Build();
app.MapReverseProxy();
await app.RunAsync();
