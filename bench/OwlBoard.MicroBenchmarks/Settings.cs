using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using OwlBoard.LoadBalancer.Configuration;

namespace OwlBoard.MicroBenchmarks;

internal static class Settings
{
    /// <summary>Creates the load balancer's options with some settings.</summary>
    /// <param name="settings">The settings in the section <c>LoadBalancer</c>.</param>
    public static LiveOptions Create(params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"{LoadBalancerOptions.Section}:{setting.Key}", setting => (string?)setting.Value))
            .Build(),
        new LoadBalancerOptionsValidator(),
        NullLogger<LiveOptions>.Instance);
}
