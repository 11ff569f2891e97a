using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// The certificate of the HTTPS listeners. Changed files take effect for the connections that come after, if they can be
/// used; otherwise one log line says what is wrong and the old certificate stays. The files are looked at every few
/// seconds: mounts in containers do not always tell of changes.
/// </summary>
internal sealed partial class ServerCertificate : IDisposable
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly IOptionsMonitor<TlsOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificate> _logger;
    private readonly Lock _lock = new();
    private readonly ITimer? _poll;
    private volatile SslServerAuthenticationOptions? _handshake;
    private string _inForce = "";
    private string _refused = "";

    /// <exception cref="OptionsValidationException">The certificate cannot be used.</exception>
    public ServerCertificate(IOptionsMonitor<TlsOptions> options, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        Handshake = new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(_handshake!) };
        if (!options.CurrentValue.IsOn)
        {
            return;
        }

        try
        {
            Use(CertificateFiles.Read(options.CurrentValue));
        }
        catch (CertificateRefusedException refused)
        {
            throw new OptionsValidationException("LoadBalancer:Tls", typeof(TlsOptions), [refused.Message]);
        }

        _poll = time.CreateTimer(_ => Reload(), state: null, PollInterval, PollInterval);
    }

    /// <summary>How connections are secured: with the certificate in force when they open.</summary>
    public TlsHandshakeCallbackOptions Handshake { get; }

    public void Dispose() => _poll?.Dispose();

    private void Reload()
    {
        lock (_lock)
        {
            var settings = _options.CurrentValue;
            var fingerprint = "";
            try
            {
                var files = CertificateFiles.Read(settings);
                fingerprint = files.Fingerprint;
                if (fingerprint != _inForce)
                {
                    LogReplaced(Use(files));
                }

                _refused = "";
            }
            catch (CertificateRefusedException refused)
            {
                Refuse(fingerprint, refused.Message);
            }
            // Nobody is there to catch it: the process would end for a file that it does not even need now.
            catch (Exception failure)
            {
                Refuse(fingerprint, failure.GetType().Name);
            }
        }
    }

    /// <summary>Says it once, though it is tried again each time: it may be a matter of time, or of a file yet to come.</summary>
    private void Refuse(string fingerprint, string reason)
    {
        var what = fingerprint + reason;
        if (what != _refused)
        {
            _refused = what;
            LogRefused(reason);
        }
    }

    private DateTime Use(CertificateFiles files)
    {
        var context = files.Load(_time.GetUtcNow());
        // The old one is not disposed: handshakes that have begun still use it.
        _handshake = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        _inForce = files.Fingerprint;
        return context.TargetCertificate.NotAfter.ToUniversalTime();
    }

    [LoggerMessage(1, LogLevel.Information, "The certificate of the HTTPS listeners is replaced; the new one is valid until {NotAfter:u}")]
    private partial void LogReplaced(DateTime notAfter);

    [LoggerMessage(2, LogLevel.Error, "The changed certificate is refused and the old one stays in force: {Failure}")]
    private partial void LogRefused(string failure);
}
