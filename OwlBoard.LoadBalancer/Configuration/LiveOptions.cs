using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>
/// The options in force. A changed configuration takes effect only if all of it is valid. Otherwise the error is logged and
/// the old options stay in force, which <see cref="IOptionsMonitor{T}"/> alone does not guarantee.
/// </summary>
internal sealed partial class LiveOptions : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IValidateOptions<LoadBalancerOptions> _validator;
    private readonly ILogger<LiveOptions> _logger;
    private readonly IDisposable _reloads;
    private volatile LoadBalancerOptions _current;

    public LiveOptions(IConfiguration configuration, IValidateOptions<LoadBalancerOptions> validator, ILogger<LiveOptions> logger)
    {
        _configuration = configuration;
        _validator = validator;
        _logger = logger;
        _current = Bind(configuration);
        if (_validator.Validate(null, _current) is { Failed: true } invalid)
        {
            throw new OptionsValidationException(LoadBalancerOptions.Section, typeof(LoadBalancerOptions), invalid.Failures);
        }

        _reloads = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>Occurs after <see cref="Current"/> has changed.</summary>
    public event Action<LoadBalancerOptions>? Changed;

    public LoadBalancerOptions Current => _current;

    public void Dispose() => _reloads.Dispose();

    /// <summary>Binds the current configuration, without validation.</summary>
    /// <exception cref="OptionsValidationException">A value cannot be converted to the type of its key.</exception>
    public static LoadBalancerOptions Bind(IConfiguration configuration)
    {
        var options = new LoadBalancerOptions();
        try
        {
            var section = configuration.GetSection(LoadBalancerOptions.Section);
            section.Bind(options);
            section.Bind(options.Balancing);
            section.Bind(options.Management);
            section.Bind(options.Proxies);
            options.Gateways = BindGateways(section.GetSection(nameof(options.Gateways)));
        }
        catch (InvalidOperationException unreadable)
        {
            throw new OptionsValidationException(
                LoadBalancerOptions.Section, typeof(LoadBalancerOptions), [unreadable.InnerException is { } inner ? $"{unreadable.Message} {inner.Message}" : unreadable.Message]);
        }

        return options;
    }

    /// <summary>Binds elements that are either a bare address or an object, which the binder does not support.</summary>
    private static List<GatewayDestinationOptions> BindGateways(IConfigurationSection section)
    {
        var gateways = new List<GatewayDestinationOptions>();
        foreach (var element in section.GetChildren())
        {
            var gateway = new GatewayDestinationOptions { Address = element.Value ?? "" };
            element.Bind(gateway);
            gateways.Add(gateway);
        }

        return gateways.Count > 0 ? gateways : [new GatewayDestinationOptions { Address = "http://gateway" }];
    }

    private void Reload()
    {
        LoadBalancerOptions next;
        try
        {
            next = Bind(_configuration);
        }
        catch (OptionsValidationException unreadable)
        {
            LogRefused(string.Join(' ', unreadable.Failures));
            return;
        }

        if (_validator.Validate(null, next) is { Failed: true } invalid)
        {
            LogRefused(string.Join(' ', invalid.Failures!));
            return;
        }

        _current = next;
        LogReloaded();
        Changed?.Invoke(next);
    }

    [LoggerMessage(1, LogLevel.Information, "Configuration reloaded")]
    private partial void LogReloaded();

    [LoggerMessage(2, LogLevel.Error, "The changed configuration is invalid; the previous one stays in force: {Failures}")]
    private partial void LogRefused(string failures);
}
