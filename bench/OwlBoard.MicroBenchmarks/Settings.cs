using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using OwlBoard.LoadBalancer.Configuration;

namespace OwlBoard.MicroBenchmarks;

internal static class Settings
{
    /// <summary>The load balancer's options with some of them set.</summary>
    /// <param name="settings">Settings below <c>LoadBalancer</c>.</param>
    public static LiveOptions Create(params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"{LoadBalancerOptions.Section}:{setting.Key}", setting => (string?)setting.Value))
            .Build(),
        new LoadBalancerOptionsValidator(),
        NullLogger<LiveOptions>.Instance);
}
