using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OwlBoard.ServiceDefaults.Lifeline;

internal static class LifelineExtensions
{
    public static void AddLifeline(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[ParentLifeline.Variable] == "stdin")
        {
            builder.Services.AddHostedService<ParentLifeline>();
        }
    }
}
