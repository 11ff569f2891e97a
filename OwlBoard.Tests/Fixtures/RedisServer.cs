using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A temporary Redis server on loopback without persistence, which can be stopped and restarted on its port.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _program;
    private readonly int _port;
    private readonly string? _password;
    private Process? _process;

    private RedisServer(string program, int port, string? password)
    {
        _program = program;
        _port = port;
        _password = password;
    }

    public string ConnectionString => $"127.0.0.1:{_port}";

    public static async Task<RedisServer> StartAsync(string? password = null)
    {
        var server = new RedisServer(Require.Tool("redis-server", "redis-server"), FreePort.Next(), password);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        string[] arguments =
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", Path.GetTempPath(), .. _password is null ? Array.Empty<string>() : ["--requirepass", _password],
        ];
        _process = Process.Start(new ProcessStartInfo(_program, arguments) { RedirectStandardOutput = true })!;
        // Drain the output: the process blocks on a full pipe.
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync("Redis responds", AnswersAsync, TimeSpan.FromSeconds(60));
    }

    /// <summary>Kills the server with <c>SIGKILL</c>.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process!.HasExited, "Redis exited before it responded.");
        var settings = ConfigurationOptions.Parse(ConnectionString);
        settings.Password = _password;
        settings.ConnectTimeout = 500;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(settings);
            return true;
        }
        catch (RedisConnectionException)
        {
            return false;
        }
    }
}
