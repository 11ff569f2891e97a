using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>
/// The certificates in use. Changed files are reloaded without a restart if they are valid: open connections keep their
/// certificates, new ones use the reloaded set.
/// </summary>
public sealed partial class MutualTlsCertificates : IDisposable
{
    private readonly MutualTlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _oneLookAtATime = new();
    private readonly Dictionary<string, DateTimeOffset> _lastWarnings = new(StringComparer.Ordinal);
    private readonly ITimer? _timer;
    private volatile CertificateSet? _current;
    private byte[]? _refused;
    private string? _lastProblem;

    public MutualTlsCertificates(IOptions<MutualTlsOptions> options, TimeProvider time, ILogger<MutualTlsCertificates> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options.Value;
        _time = time;
        _logger = logger;
        if (!_options.Enabled || !_options.IsConfigured)
        {
            return;
        }

        _current = CertificateSet.Load(_options.Certificate, _options.Authority, time.GetUtcNow(), ignoreTimes: true);
        WarnOfExpiry();
        _timer = time.CreateTimer(_ => Look(), null, _options.ReloadInterval, _options.ReloadInterval);
    }

    /// <summary>The certificates for new connections, or <see langword="null"/> if none are configured.</summary>
    public CertificateSet? Current => _current;

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // Reading a network mount may take longer than the interval; the next timer callback is skipped then.
        if (!_oneLookAtATime.TryEnter())
        {
            return;
        }

        try
        {
            Reload();
            WarnOfExpiry();
        }
        finally
        {
            _oneLookAtATime.Exit();
        }
    }

    private void Reload()
    {
        try
        {
            var digest = CertificateSet.DigestOf(_options.Certificate, _options.Authority);
            if (Same(digest, _current!.Fingerprint) || Same(digest, _refused))
            {
                _lastProblem = Same(digest, _refused) ? _lastProblem : null;
                return;
            }

            // Marked as refused until it is loaded, so that one content is reported once.
            _refused = digest;
            var next = CertificateSet.Load(_options.Certificate, _options.Authority, _time.GetUtcNow());
            // The old set is not disposed: a handshake may be using it.
            _current = next;
            _refused = null;
            _lastProblem = null;
            _lastWarnings.Clear();
            LogReloaded(PeerCertificate.Describe(next.Own), next.Own.NotAfter.ToUniversalTime());
        }
        catch (CertificateFileException failure)
        {
            Keep(failure.Path, failure.Reason);
        }
        // On a timer thread: an unhandled exception would end the process, although the current certificates still work.
        catch (Exception failure)
        {
            Keep(_options.Certificate, failure.GetType().Name);
        }
    }

    private void Keep(string path, string reason)
    {
        if (_lastProblem != path + reason)
        {
            _lastProblem = path + reason;
            LogNotReloaded(path, reason, _current!.Own.NotAfter.ToUniversalTime());
        }
    }

    private void WarnOfExpiry()
    {
        Warn("certificate", _current!.Own);
        foreach (var authority in _current.Authorities)
        {
            Warn("authority", authority);
        }
    }

    private void Warn(string kind, X509Certificate2 certificate)
    {
        var now = _time.GetUtcNow();
        var left = certificate.NotAfter.ToUniversalTime() - now.UtcDateTime;
        if (left > _options.ExpiryWarning
            || (_lastWarnings.TryGetValue(certificate.Thumbprint, out var last) && now - last < TimeSpan.FromDays(1)))
        {
            return;
        }

        _lastWarnings[certificate.Thumbprint] = now;
        var name = PeerCertificate.Describe(certificate);
        if (left > TimeSpan.Zero)
        {
            LogExpiring(kind, name, certificate.NotAfter.ToUniversalTime(), (int)left.TotalDays);
        }
        else
        {
            LogExpired(kind, name, certificate.NotAfter.ToUniversalTime());
        }
    }

    private static bool Same(byte[] digest, byte[]? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(digest, other);

    [LoggerMessage(1, LogLevel.Information, "The certificate of {Name} was renewed: valid until {NotAfter:u}, used for new connections.")]
    private partial void LogReloaded(string name, DateTime notAfter);

    [LoggerMessage(2, LogLevel.Error, "{Path} changed but was not reloaded: {Reason}. Keeping the current certificate, valid until {NotAfter:u}.")]
    private partial void LogNotReloaded(string path, string reason, DateTime notAfter);

    [LoggerMessage(3, LogLevel.Warning, "The {Kind} of {Name} expires on {NotAfter:u}, in {Days} days; issue a new one (certs/README.md).")]
    private partial void LogExpiring(string kind, string name, DateTime notAfter, int days);

    [LoggerMessage(4, LogLevel.Error, "The {Kind} of {Name} expired on {NotAfter:u}; issue a new one (certs/README.md).")]
    private partial void LogExpired(string kind, string name, DateTime notAfter);
}
