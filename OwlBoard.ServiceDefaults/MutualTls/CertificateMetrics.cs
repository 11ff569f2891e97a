using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>The metrics of the certificates in use.</summary>
internal sealed class CertificateMetrics
{
    public const string MeterName = "OwlBoard.Certificates";
    public const string TimeToExpiry = "owlboard.certificate.time_to_expiry";

    private readonly MutualTlsCertificates _certificates;
    private readonly TimeProvider _time;

    public CertificateMetrics(IMeterFactory meters, MutualTlsCertificates certificates, TimeProvider time)
    {
        _certificates = certificates;
        _time = time;
        meters.Create(MeterName).CreateObservableGauge(
            TimeToExpiry, Measure, "s", "Time until a certificate expires; negative after its expiry.");
    }

    private IEnumerable<Measurement<double>> Measure()
    {
        if (_certificates.Current is not { } current)
        {
            yield break;
        }

        yield return Measure("own", current.Own);
        foreach (var authority in current.Authorities)
        {
            yield return Measure("authority", authority);
        }
    }

    private Measurement<double> Measure(string kind, X509Certificate2 certificate) => new(
        (certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime).TotalSeconds,
        new("certificate.name", PeerCertificate.Describe(certificate)),
        new("certificate.kind", kind));
}
