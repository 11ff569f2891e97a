using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A client's connection as Kestrel knows it.</summary>
internal sealed class LoopConnection :
    ConnectionContext,
    IDuplexPipe,
    IConnectionIdFeature,
    IConnectionTransportFeature,
    IConnectionItemsFeature,
    IConnectionLifetimeFeature,
    IConnectionEndPointFeature,
    IMemoryPoolFeature
{
    private static readonly Type[] OwnFeatures =
    [
        typeof(IConnectionIdFeature),
        typeof(IConnectionTransportFeature),
        typeof(IConnectionItemsFeature),
        typeof(IConnectionLifetimeFeature),
        typeof(IConnectionEndPointFeature),
        typeof(IMemoryPoolFeature),
    ];

    private static long _number = DateTime.UtcNow.Ticks;

    private readonly CancellationTokenSource _closed = new();
    private readonly LoopReader _input;
    private readonly LoopWriter _output;
    private ConnectionAbortedException? _abortReason;
    private int _isClosed;

    /// <param name="accepted">The client's connection. It is this one's from now on.</param>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">This end's.</param>
    /// <param name="memory">What it is said to use.</param>
    public LoopConnection(SocketDescriptor accepted, EndPoint remote, EndPoint local, MemoryPool<byte> memory)
    {
        _input = new LoopReader(this);
        _output = new LoopWriter(this);
        Socket = new LoopSocket(accepted, _input.Operation, Close);
        MemoryPool = memory;
        Transport = this;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features = new ConnectionFeatures(this, OwnFeatures);
        ConnectionClosed = _closed.Token;
        ConnectionId = Interlocked.Increment(ref _number).ToString("X", CultureInfo.InvariantCulture);
    }

    public LoopSocket Socket { get; }

    /// <summary>Whether this end has given it up.</summary>
    public bool IsAborted => Volatile.Read(ref _abortReason) is not null;

    public MemoryPool<byte> MemoryPool { get; }

    public override IFeatureCollection Features { get; }

    public override string ConnectionId { get; set; }

    public override IDictionary<object, object?> Items
    {
        get => field ??= new ConnectionItems();
        set;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>What Kestrel expects for the error.</summary>
    public Exception Failure(SocketError error)
    {
        if (Volatile.Read(ref _abortReason) is { } reason)
        {
            return reason;
        }

        var failure = new SocketException((int)error);
        return error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
            ? new ConnectionResetException(failure.Message, failure)
            : new ConnectionAbortedException(failure.Message, failure);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Interlocked.CompareExchange(ref _abortReason, abortReason, null);
        Shutdown();
    }

    public override async ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        await _output.Sending;
        Socket.Dispose();
        if (IsFirstToClose())
        {
            // Kestrel waits for it no more, and to change threads costs more than anything else here.
            _closed.Cancel();
        }

        await base.DisposeAsync();
    }

    /// <summary>The client is told, and whoever waits for the socket goes on.</summary>
    private void Shutdown()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // There is nobody to be told.
        }
    }

    /// <summary>The client sends nothing more: nobody waits for an answer.</summary>
    private void Close()
    {
        if (IsFirstToClose())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }
    }

    private bool IsFirstToClose() => Interlocked.Exchange(ref _isClosed, 1) == 0;
}
