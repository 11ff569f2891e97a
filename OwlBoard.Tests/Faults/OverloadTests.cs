using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;
using OwlBoard.Tests.Wire;

namespace OwlBoard.Tests.Faults;

/// <summary>Attacks from one address, as in <c>bench/overload</c>: the load balancer still serves other clients.</summary>
[Collection(FaultCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class OverloadTests : IAsyncLifetime
{
    private const int HeapMegabytes = 64;
    private const int Attackers = 1_000;

    private readonly List<Socket> _attackers = [];
    private FakeGateway _gateway = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeGateway.StartAsync("gw-1");
        _gateway.Answer = AnswerAsync;
    }

    public async ValueTask DisposeAsync()
    {
        _attackers.ForEach(attacker => attacker.Dispose());
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Uploads_that_stall_after_60_KB_hold_little_memory()
    {
        await using var loadBalancer = await StartAsync($"LoadBalancer:Limits:ConnectionsPerClient={2 * Attackers}");
        var head = Encoding.ASCII.GetBytes("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 65000\r\n\r\n");
        var body = new byte[60_000];
        for (var i = 0; i < Attackers; i++)
        {
            var attacker = await ConnectAsync(loadBalancer.Desktop);
            await attacker.SendAsync(head, Token);
            await attacker.SendAsync(body, Token);
        }

        await OthersAreServedAsync(loadBalancer);
        Assert.All(_attackers, attacker => Assert.False(attacker.Poll(0, SelectMode.SelectRead)));
    }

    [Fact]
    public async Task Downloads_that_nobody_reads_hold_little_memory()
    {
        await using var loadBalancer = await StartAsync($"LoadBalancer:Limits:ConnectionsPerClient={2 * Attackers}");
        for (var i = 0; i < Attackers; i++)
        {
            var attacker = await ConnectAsync(loadBalancer.Desktop, receiveBuffer: 4096);
            await attacker.SendAsync("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Token);
        }

        await Eventually.IsTrueAsync("all attackers receive data", () => _attackers.TrueForAll(attacker => attacker.Poll(0, SelectMode.SelectRead)));
        await OthersAreServedAsync(loadBalancer);
    }

    [Fact]
    public async Task Streams_without_a_window_hold_little_memory()
    {
        using var files = new CertificateFolder();
        files.Write(CertificateFolder.Issue("first"));
        var port = FreePort.Next();
        await using var loadBalancer = await StartAsync([.. files.Settings(port).Select(setting => $"LoadBalancer:{setting.Key}={setting.Value}")]);
        // SETTINGS_INITIAL_WINDOW_SIZE 0 (RFC 9113 section 6.5.2).
        byte[] noWindow = [0, 4, 0, 0, 0, 0];
        var clients = new List<RawHttp2Client>();
        for (var i = 0; i < 20; i++)
        {
            var client = await RawHttp2Client.ConnectAsync(port, noWindow);
            clients.Add(client);
            for (var stream = 0; stream < 100; stream++)
            {
                await client.SendAsync(RawHttp2Client.Get("/large"));
            }
        }

        await OthersAreServedAsync(loadBalancer);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData(RawHttp2Client.ContinuationFrame)]
    [InlineData(RawHttp2Client.DataFrame)]
    public async Task Flood_of_empty_frames_is_cut_within_two_seconds(byte frame)
    {
        using var files = new CertificateFolder();
        files.Write(CertificateFolder.Issue("first"));
        var port = FreePort.Next();
        await using var loadBalancer = await StartAsync([.. files.Settings(port).Select(setting => $"LoadBalancer:{setting.Key}={setting.Value}")]);
        using var client = await RawHttp2Client.ConnectAsync(port);
        // Start a header block or a body that never ends.
        var stream = frame == RawHttp2Client.DataFrame
            ? await client.SendAsync(RawHttp2Client.Post("/upload"), endsStream: false)
            : await client.SendAsync(RawHttp2Client.Get("/small"), endsHeaders: false);
        var ended = client.ReadToEndAsync();

        var started = Stopwatch.GetTimestamp();
        try
        {
            while (!ended.IsCompleted && Stopwatch.GetElapsedTime(started) < Eventually.DefaultDeadline)
            {
                await client.SendFramesAsync(100, frame, flags: 0, stream);
            }
        }
        catch (IOException)
        {
            // The load balancer closed the connection.
        }

        await ended.WaitAsync(Eventually.DefaultDeadline, Token);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await OthersAreServedAsync(loadBalancer);
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("download")]
    [InlineData("websocket")]
    public async Task Connection_that_saturates_its_loop_delays_others_by_milliseconds(string kind)
    {
        await using var loadBalancer = await LoadBalancerProcess.StartOnOneThreadAsync(
            [(_gateway.Name, _gateway.Address)],
            "LoadBalancer:RateLimit:RequestsPerSecond=0",
            "LoadBalancer:Limits:RequestBodyBytes=1000000000000",
            "LoadBalancer:AccessLog:Enabled=false");
        using var http = new HttpClient { BaseAddress = loadBalancer.Desktop };
        await http.GetStringAsync("/small", Token);
        var attacker = await ConnectAsync(loadBalancer.Desktop);
        var sent = 0L;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var saturating = Task.Run(SaturateAsync, Token);
        await Eventually.IsTrueAsync("20 MB have been transferred", () => Volatile.Read(ref sent) > 20_000_000);

        var latencies = new List<TimeSpan>();
        var before = Volatile.Read(ref sent);
        for (var i = 0; i < 200; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await http.GetStringAsync("/small", Token);
            latencies.Add(Stopwatch.GetElapsedTime(started));
        }

        latencies.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {latencies[100].TotalMilliseconds:0.0} ms, p90 {latencies[180].TotalMilliseconds:0.0} ms, {(sent - before) / 1e6:0} MB meanwhile"));
        await end.CancelAsync();
        attacker.Dispose();
        await saturating;
        Assert.True(sent > before, "No data was transferred.");
        Assert.InRange(latencies[100].TotalMilliseconds, 0, 10);

        async Task SaturateAsync()
        {
            var block = new byte[256 * 1024];
            await attacker.SendAsync(Encoding.ASCII.GetBytes(kind switch
            {
                "upload" => "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000000\r\n\r\n",
                "download" => "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n",
                _ => "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            }), Token);
            if (kind == "websocket")
            {
                await attacker.ReceiveAsync(block, Token);
                // Binary frames with a mask of zeros (RFC 6455 section 5.2).
                (block[0], block[1]) = (0x82, 0xFF);
                BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(2), block.Length - 14);
            }

            try
            {
                while (true)
                {
                    var count = kind == "download" ? await attacker.ReceiveAsync(block, end.Token) : await attacker.SendAsync(block, end.Token);
                    Interlocked.Add(ref sent, count);
                }
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/upload":
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                break;
            case "/large" or "/endless":
                context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>()!.MinDataRate = null;
                context.Response.ContentLength = context.Request.Path == "/large" ? 50_000_000 : 900_000_000_000;
                var block = new byte[64 * 1024];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
                }

                break;
            case "/ws":
                using (var socket = await context.WebSockets.AcceptWebSocketAsync())
                {
                    var buffer = new byte[256 * 1024];
                    while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).Count > 0)
                    {
                    }
                }

                break;
            default:
                await context.Response.WriteAsync("hello");
                break;
        }
    }

    private static async Task OthersAreServedAsync(LoadBalancerProcess loadBalancer)
    {
        using var http = new HttpClient { BaseAddress = loadBalancer.Desktop };
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("hello", await http.GetStringAsync("/small", Token));
        }
    }

    private Task<LoadBalancerProcess> StartAsync(params string[] settings) => LoadBalancerProcess.StartWithHeapAsync(
        HeapMegabytes,
        [(_gateway.Name, _gateway.Address)],
        [
            "LoadBalancer:RateLimit:RequestsPerSecond=0",
            "LoadBalancer:AccessLog:Enabled=false",
            .. settings,
        ]);

    private async Task<Socket> ConnectAsync(Uri address, int? receiveBuffer = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        _attackers.Add(socket);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, Token);
        return socket;
    }
}
