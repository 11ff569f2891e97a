using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// The certificate of the HTTPS listeners. Changed files apply to new connections; if they are not valid, the reason is
/// logged once and the current certificate stays in use. The files are polled, since container mounts do not always
/// raise change notifications.
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

    /// <exception cref="OptionsValidationException">The certificate is not valid.</exception>
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

    /// <summary>The TLS options of the listeners; each connection uses the certificate that is current when it opens.</summary>
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
            // An exception that escapes the timer callback would stop the process.
            catch (Exception failure)
            {
                Refuse(fingerprint, failure.GetType().Name);
            }
        }
    }

    /// <summary>
    /// Logs each refusal once. Every poll retries: the validity period may begin, or a missing file may appear.
    /// </summary>
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
        // The previous context is not disposed: handshakes in progress still use it.
        _handshake = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        _inForce = files.Fingerprint;
        return context.TargetCertificate.NotAfter.ToUniversalTime();
    }

    [LoggerMessage(1, LogLevel.Information, "The certificate of the HTTPS listeners was replaced; the new one is valid until {NotAfter:u}.")]
    private partial void LogReplaced(DateTime notAfter);

    [LoggerMessage(2, LogLevel.Error, "The changed certificate was refused; the current one stays in use: {Failure}")]
    private partial void LogRefused(string failure);
}
