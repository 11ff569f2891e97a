using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>The measurements of one instrument of one load balancer.</summary>
internal sealed class RecordedMetric : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(double Value, Dictionary<string, object?> Tags)> _measurements = new();

    public RecordedMetric(TestLoadBalancer loadBalancer, string name)
    {
        // Select this load balancer's meter: others run in the same process.
        var meter = loadBalancer.Services.GetRequiredService<IMeterFactory>().Create(LoadBalancerMetrics.MeterName);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter && instrument.Name == name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Record(value, tags));
        _listener.Start();
    }

    public double Sum => _measurements.Sum(measurement => measurement.Value);

    public IEnumerable<object?> Values(string tag) => _measurements.Select(measurement => measurement.Tags.GetValueOrDefault(tag));

    public void Dispose() => _listener.Dispose();

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue((value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
}
