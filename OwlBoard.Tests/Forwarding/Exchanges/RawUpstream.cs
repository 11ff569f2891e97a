using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>An upstream that replies with exactly the bytes that a test specifies, and records its requests.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<RawUpstreamConnection, Task> _serve;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly Task _accepting;
    private int _accepted;

    private RawUpstream(Func<RawUpstreamConnection, Task> serve, X509Certificate2? certificate)
    {
        _serve = serve;
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => _certificate is null ? $"http://127.0.0.1:{Port}" : $"https://localhost:{Port}";

    /// <summary>The received requests, head and body as on the wire, in order.</summary>
    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public ConcurrentQueue<RawUpstreamConnection> Connections { get; } = new();

    /// <summary>Starts an upstream that serves each connection with the test's script.</summary>
    public static RawUpstream Start(Func<RawUpstreamConnection, Task> serve, X509Certificate2? certificate = null) => new(serve, certificate);

    /// <summary>Starts an upstream that sends the replies in order, on any connection, and then repeats the last one.</summary>
    public static RawUpstream Answering(params string[] replies)
    {
        var next = -1;
        return new(
            async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                {
                    await connection.SendAsync(replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)]);
                }
            },
            null);
    }

    /// <summary>Starts an upstream that sends the same reply on each connection and closes it.</summary>
    public static RawUpstream AnsweringOnceEach(string reply) => new(
        async connection =>
        {
            if (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(reply);
                connection.EndSending();
            }
        },
        null);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in Connections)
        {
            connection.Dispose();
        }

        await Task.WhenAll(_serving);
        // Rethrow the failed assertion of a test's script.
        if (_failures.TryDequeue(out var failure))
        {
            throw failure;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync(), Interlocked.Increment(ref _accepted)));
            }
            catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
            {
                // The listener was disposed during the accept, or before it (ObjectDisposedException).
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        socket.NoDelay = true;
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is null || certificate.Subject.Length > 0,
                });
                stream = tls;
            }

            using var connection = new RawUpstreamConnection(this, socket, stream, number);
            Connections.Enqueue(connection);
            await _serve(connection);
            // Wait until the proxy closes the connection, unless the script has done so.
            await connection.ReadToEndAsync();
        }
        catch (Exception ended) when (ended is IOException or AuthenticationException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side closed the connection.
        }
        catch (Exception failure)
        {
            _failures.Enqueue(failure);
        }
    }
}
