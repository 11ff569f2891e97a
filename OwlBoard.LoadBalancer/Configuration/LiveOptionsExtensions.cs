using Microsoft.Extensions.Options;

namespace OwlBoard.LoadBalancer.Configuration;

internal static class LiveOptionsExtensions
{
    /// <summary>Registers the current options, and the section of each feature as <see cref="IOptionsMonitor{TOptions}"/>.</summary>
    public static void AddLiveOptions(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<LoadBalancerOptions>, LoadBalancerOptionsValidator>();
        services.AddSingleton<LiveOptions>();
        services.AddSection(static options => options.Balancing);
        services.AddSection(static options => options.Management);
        services.AddSection(static options => options.Proxies);
        services.AddSection(static options => options.Tls);
        services.AddSection(static options => options.Stickiness);
        services.AddSection(static options => options.PassiveHealth);
        services.AddSection(static options => options.ActiveHealth);
        services.AddSection(static options => options.Retry);
        services.AddSection(static options => options.Timeouts);
        services.AddSection(static options => options.RateLimit);
        services.AddSection(static options => options.ConnectionLimit);
        services.AddSection(static options => options.Limits);
        services.AddSection(static options => options.AccessLog);
    }

    private static void AddSection<TOptions>(this IServiceCollection services, Func<LoadBalancerOptions, TOptions> select) =>
        services.AddSingleton<IOptionsMonitor<TOptions>>(
            provider => new OptionsSection<TOptions>(provider.GetRequiredService<LiveOptions>(), select));
}
