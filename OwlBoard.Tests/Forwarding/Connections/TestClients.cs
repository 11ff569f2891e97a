using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Tests.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Connections;

/// <summary>Creates clients on the system clock, with metrics that are not collected.</summary>
internal sealed class TestClients : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public UpstreamClient Create(UpstreamConnectionOptions? options = null) => new(
        new HttpMessageInvoker(new SocketsHttpHandler()),
        TestLoops.Instance,
        options ?? new(),
        new ForwardingMetrics(_services.GetRequiredService<IMeterFactory>()),
        TimeProvider.System);

    public void Dispose() => _services.Dispose();
}
