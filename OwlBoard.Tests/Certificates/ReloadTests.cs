using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Certificates;

[Trait("Category", "Integration")]
public sealed class ReloadTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The reload interval, far longer than the default: tests advance months, and each check reads files.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly RecordedLogs _logs = new();
    private readonly IssuedFolder _issued;
    private readonly LoggerFactory _logging;
    private readonly MutualTlsCertificates _certificates;

    public ReloadTests()
    {
        _issued = new(_time);
        _logging = new([_logs]);
        _certificates = new(
            Options.Create(new MutualTlsOptions
            {
                Certificate = Path,
                Authority = _issued.Folder.Authority(ResourceNames.UserService),
                ReloadInterval = Interval,
            }),
            _time,
            _logging.CreateLogger<MutualTlsCertificates>());
    }

    private string Path => _issued.Folder.Certificate(ResourceNames.UserService);

    [Fact]
    public void Renewed_certificate_is_taken_up_at_the_next_look()
    {
        var before = _certificates.Current;
        _time.Advance(TimeSpan.FromDays(61));
        Assert.Same(before, _certificates.Current);

        _issued.Issue(_time);
        _time.Advance(Interval);

        Assert.NotSame(before, _certificates.Current);
        Assert.Equal(_time.GetUtcNow().AddDays(90).Date, _certificates.Current!.Own.NotAfter.ToUniversalTime().Date);
        Assert.Contains(_logs.Lines, line => line.StartsWith("Information: The certificate of user-service was renewed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", "it does not hold a certificate and the private key that belongs to it, as PEM")]
    [InlineData(null, "the file does not exist")]
    public void File_that_is_not_as_it_should_be_is_not_taken_up_and_named_once(string? content, string reason)
    {
        var before = _certificates.Current;
        var good = File.ReadAllText(Path);
        File.Delete(Path);
        if (content is not null)
        {
            File.WriteAllText(Path, content);
        }

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Interval);
        }

        Assert.Same(before, _certificates.Current);
        var line = Assert.Single(_logs.Lines);
        Assert.StartsWith($"Error: {Path} changed but was not reloaded: {reason}. Keeping the current certificate", line, StringComparison.Ordinal);

        // The file is restored and fails again, which is a new error.
        File.WriteAllText(Path, good);
        _time.Advance(Interval);
        File.Delete(Path);
        _time.Advance(Interval);
        Assert.Equal(2, _logs.Lines.Count);
    }

    [Fact]
    public void Certificate_of_another_authority_is_not_taken_up()
    {
        using var other = new IssuedFolder(_time);
        File.Copy(other.Folder.Certificate(ResourceNames.UserService), Path, overwrite: true);

        _time.Advance(Interval);

        Assert.Contains("is not from the configured authority but from 'CN=OwlBoard authority", Assert.Single(_logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Expiry_is_warned_of_once_a_day_from_fourteen_days_on()
    {
        _time.Advance(TimeSpan.FromDays(75.9));
        Assert.Empty(_logs.Lines);

        _time.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal(
            "Warning: The certificate of user-service expires on 2026-05-30 12:00:00Z, in 13 days; issue a new one (certs/README.md).",
            Assert.Single(_logs.Lines));

        for (var hour = 0; hour < 24 * 3; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(4, _logs.Lines.Count);
        _time.Advance(TimeSpan.FromDays(12));
        Assert.StartsWith("Error: The certificate of user-service expired on 2026-05-30 12:00:00Z", _logs.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Time_to_expiry_is_a_metric()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _ = new CertificateMetrics(services.GetRequiredService<IMeterFactory>(), _certificates, _time);
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == CertificateMetrics.MeterName && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
            measured[tags.ToArray().Single(tag => tag.Key == "certificate.kind").Value!.ToString()!] = value);
        listener.Start();

        _time.Advance(TimeSpan.FromDays(1));
        listener.RecordObservableInstruments();

        Assert.Equal(TimeSpan.FromDays(89).TotalSeconds, measured["own"]);
        Assert.Equal(TimeSpan.FromDays((5 * 365) - 1).TotalSeconds, measured["authority"]);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _logging.Dispose();
        _logs.Dispose();
        _issued.Dispose();
    }
}
