using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>A connection as Kestrel accepts it, with its client.</summary>
internal sealed class AcceptedConnection : IAsyncDisposable
{
    private readonly IConnectionListener _listener;

    private AcceptedConnection(IConnectionListener listener, ConnectionContext server, Socket client)
    {
        _listener = listener;
        Server = server;
        Client = client;
    }

    public ConnectionContext Server { get; }

    public Socket Client { get; }

    public PipeReader Input => Server.Transport.Input;

    public PipeWriter Output => Server.Transport.Output;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static ValueTask<IConnectionListener> ListenAsync(
        int port = 0, string address = "127.0.0.1", ClientLimits? limits = null, TimeProvider? time = null)
    {
        Assert.SkipUnless(SocketLoops.IsSupported, "Linux only.");
        return new LoopTransport(TestLoops.Instance, Options.Create(new SocketTransportOptions()), new SharedMemory(), limits ?? new ClientLimits(), time ?? TimeProvider.System, NullLogger<LoopTransport>.Instance)
            .BindAsync(new IPEndPoint(IPAddress.Parse(address), port), Token);
    }

    /// <param name="loop">The loop that must serve the connection. By default, loops are assigned in turn.</param>
    /// <param name="limits">The time limits for the client.</param>
    /// <param name="time">The clock for the time limits.</param>
    public static async Task<AcceptedConnection> OpenAsync(SocketLoop? loop = null, ClientLimits? limits = null, TimeProvider? time = null)
    {
        var listener = await ListenAsync(limits: limits, time: time);
        while (true)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            var accepting = listener.AcceptAsync(Token);
            await client.ConnectAsync(listener.EndPoint, Token);
            var connection = new AcceptedConnection(listener, (await accepting)!, client);
            if (loop is null || await connection.LoopAsync() == loop)
            {
                return connection;
            }

            client.Dispose();
            await connection.Server.DisposeAsync();
        }
    }

    /// <summary>Returns the loop that serves the connection.</summary>
    public Task<SocketLoop> LoopAsync() => InBatchAsync(() => SocketLoop.Current!);

    /// <summary>Reads and consumes the given number of bytes.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        while (true)
        {
            var result = await Input.ReadAsync(Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
            if (result.Buffer.Length >= count)
            {
                var taken = result.Buffer.Slice(0, count).ToArray();
                Input.AdvanceTo(result.Buffer.GetPosition(count));
                return taken;
            }

            Assert.False(result.IsCompleted, $"The end came after {result.Buffer.Length} of {count} bytes.");
            Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public async Task<string> ReadTextAsync(int count) => Encoding.ASCII.GetString(await ReadAsync(count));

    /// <summary>Runs a function on the loop's thread, before the end of a batch.</summary>
    public async Task<T> InBatchAsync<T>(Func<T> act) => await await AddToBatchAsync(act);

    /// <inheritdoc cref="LoopBatch.AddAsync"/>
    public Task<Task<T>> AddToBatchAsync<T>(Func<T> act) => LoopBatch.AddAsync(
        Client,
        async () => Input.AdvanceTo((await Input.ReadAsync(Token).ConfigureAwait(false)).Buffer.End),
        act);

    /// <summary>Ends the connection at the server.</summary>
    /// <returns>The bytes that the client receives until then.</returns>
    public async Task<byte[]> EndAndReceiveAllAsync()
    {
        var ending = Server.DisposeAsync();
        var all = await ReceiveAllAsync();
        await ending;
        return all;
    }

    /// <summary>Returns the bytes that the client receives until the end, and then closes the client.</summary>
    public async Task<byte[]> ReceiveAllAsync()
    {
        using var stream = new NetworkStream(Client, ownsSocket: true);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Token).WaitAsync(Eventually.DefaultDeadline, Token);
        return all.ToArray();
    }

    /// <summary>Fills the kernel's buffers for a client that does not read, until a flush has to wait.</summary>
    public (byte[] Written, ValueTask<FlushResult> Flush) WriteUntilFull()
    {
        var written = new List<byte>();
        while (true)
        {
            var block = Bytes(256 * 1024, seed: written.Count);
            written.AddRange(block);
            Output.Write(block);
            var flush = Output.FlushAsync(Token);
            if (!flush.IsCompleted)
            {
                return ([.. written], flush);
            }
        }
    }

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private sealed class SharedMemory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
