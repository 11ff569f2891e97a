using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>An upstream that answers exactly the bytes that a test says, and remembers what it was sent.</summary>
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

    /// <summary>What came, head and body as they were on the wire, in its order.</summary>
    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public ConcurrentQueue<RawUpstreamConnection> Connections { get; } = new();

    /// <summary>Serves each connection as the test says.</summary>
    public static RawUpstream Start(Func<RawUpstreamConnection, Task> serve, X509Certificate2? certificate = null) => new(serve, certificate);

    /// <summary>Answers the first request with the first reply and so on, the last one again and again, on however many connections.</summary>
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

    /// <summary>Sends one reply and closes the connection, each time.</summary>
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
        // What a test's script asserts counts.
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
                // Disposed while it waited (ObjectDisposedException), or before it did.
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
            // The proxy has to close it, or the script did.
            await connection.ReadToEndAsync();
        }
        catch (Exception ended) when (ended is IOException or AuthenticationException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side went away.
        }
        catch (Exception failure)
        {
            _failures.Enqueue(failure);
        }
    }
}
