using Microsoft.Extensions.Options;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>Exposes one section of the current <see cref="LoadBalancerOptions"/> to its feature.</summary>
/// <typeparam name="TOptions">The feature's options.</typeparam>
internal sealed class OptionsSection<TOptions>(LiveOptions options, Func<LoadBalancerOptions, TOptions> select) : IOptionsMonitor<TOptions>
{
    public TOptions CurrentValue => select(options.Current);

    public TOptions Get(string? name) => CurrentValue;

    public IDisposable OnChange(Action<TOptions, string?> listener)
    {
        options.Changed += OnChanged;
        return new Subscription(() => options.Changed -= OnChanged);

        void OnChanged(LoadBalancerOptions changed) => listener(select(changed), null);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
