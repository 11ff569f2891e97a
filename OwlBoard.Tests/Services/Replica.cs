using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

/// <summary>A process of a service with several replicas.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private Replica(ServerProcess process, Uri address)
    {
        _process = process;
        Http = new() { BaseAddress = address };
    }

    public HttpClient Http { get; }

    /// <summary>Gets the standard output and standard error so far.</summary>
    public string Output => _process.Output;

    public static Replica Start(string service, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        return new(
            ServerProcess.Start("OwlBoard.Services", [service, $"--urls={address}", "--Drain:Period=00:00:00", "--MutualTls:Enabled=false", .. settings]),
            address);
    }

    public Task IsHealthyAsync() => _process.IsHealthyAsync(new Uri(Http.BaseAddress!, "/health"));

    public Task<SocketClient> ConnectAsync(string path) =>
        SocketClient.ConnectAsync(new UriBuilder(new Uri(Http.BaseAddress!, path)) { Scheme = "ws" }.Uri);

    public void Terminate() => _process.Signal("TERM");

    /// <summary>Kills the replica with <c>SIGKILL</c>.</summary>
    public Task KillAsync() => _process.KillAsync();

    public Task<int> HasEndedAsync() => _process.HasEndedAsync();

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return _process.DisposeAsync();
    }
}
