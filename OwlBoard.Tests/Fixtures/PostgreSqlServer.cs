using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A temporary PostgreSQL server on loopback, from the installed binaries, deleted when disposed.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Package = "postgresql";
    private const string Superuser = "owlboard";

    /// <summary>The superuser's password, which the server requires.</summary>
    public const string Password = "owls hunt at night";

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly int _port;

    private PostgreSqlServer(DirectoryInfo folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        _port = port;
    }

    public static async Task<PostgreSqlServer> StartAsync(int? onPort = null)
    {
        var initdb = Require.Tool("initdb", Package);
        var folder = Directory.CreateTempSubdirectory("owlboard-postgresql-");
        var port = onPort ?? FreePort.Next();
        // PostgreSQL refuses to run as root.
        string[] asUser = Environment.IsPrivilegedProcess
            ? [Require.Tool("setpriv", "util-linux"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            : [];
        var passwordFile = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        if (asUser.Length > 0)
        {
            await RunAsync([Require.Tool("chown", "coreutils"), "-R", "postgres", folder.FullName]);
        }

        await RunAsync(
            [.. asUser, initdb, "-D", $"{folder.FullName}/data", "-U", Superuser, "-A", "scram-sha-256",
                $"--pwfile={passwordFile}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        var process = Start(
            [.. asUser, Require.Tool("postgres", Package), "-D", $"{folder.FullName}/data", "-p", $"{port}",
                "-h", "127.0.0.1", "-k", folder.FullName, "-c", "fsync=off", "-c", "max_connections=300"]);
        var server = new PostgreSqlServer(folder, process, port);
        await Eventually.IsTrueAsync("PostgreSQL accepts connections", server.AnswersAsync, TimeSpan.FromSeconds(60));
        return server;
    }

    /// <summary>Returns the connection string of a database of this server, whether it exists or not.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = Superuser,
        Password = Password,
        Database = database,
        // Tests run in parallel, each with its own pools.
        MaxPoolSize = 20,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>Creates an empty database.</summary>
    /// <returns>The connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connections = NpgsqlDataSource.Create(ConnectionString(database) + ";Pooling=false");
        await using var command = connections.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // SIGINT requests a fast shutdown, which closes all connections.
        ProcessSignals.Send(_process.Id, "INT");
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, "PostgreSQL exited before it accepted connections.");
        try
        {
            await ExecuteAsync("postgres", "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} exited with code {process.ExitCode}.");
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        var process = Process.Start(start)!;
        // Drain the output: the process blocks on a full pipe.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
