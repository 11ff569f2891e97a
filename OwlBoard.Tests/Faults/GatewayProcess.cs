using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Faults;

/// <summary>A real gateway in its own process, with one upstream in place of all services.</summary>
internal sealed class GatewayProcess(string name, string services) : IAsyncDisposable
{
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    public string Name => name;

    public string Address => $"http://127.0.0.1:{_port}";

    public ServerProcess Process => _process ?? throw new InvalidOperationException($"{name} has not been started.");

    public static async Task<GatewayProcess[]> StartManyAsync(int count, string services)
    {
        var gateways = Enumerable.Range(1, count).Select(i => new GatewayProcess($"api-gateway-{i}", services)).ToArray();
        await Task.WhenAll(gateways.Select(gateway => gateway.StartAsync()));
        return gateways;
    }

    /// <summary>Starts the gateway, always on the same port, and waits until it is healthy.</summary>
    public Task StartAsync()
    {
        _process = ServerProcess.Start(
            "OwlBoard.Gateway",
            [
                $"--urls={Address}",
                $"--Gateway:Name={name}",
                .. new[] { "users", "canvas", "comments", "chat" }.Select(service => $"--Gateway:Services:{service}={services}"),
                "--Drain:Period=00:00:03",
            ]);
        return _process.IsHealthyAsync(new Uri($"{Address}/health"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
