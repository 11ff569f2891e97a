using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Health;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Hosting;

/// <summary>Builds the application of a service, for the program and for the tests.</summary>
internal static class ServiceApplication
{
    public static WebApplication Build(
        BoardService service, string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddLogLevels();
        builder.AddServiceDefaults();
        if (service.RequiresMutualTls)
        {
            builder.AddMutualTlsServer();
        }

        builder.AddApiConventions(service.MaxBodyBytes);
        builder.AddRealtime();
        service.Add(builder);
        customize?.Invoke(builder);

        var app = builder.Build();
        app.UseApiConventions();
        app.UseRealtime();
        app.MapHealth($$"""{"status":"healthy","service":"{{service.HealthName}}"}""", "application/json");
        service.Map(app);
        return app;
    }
}
