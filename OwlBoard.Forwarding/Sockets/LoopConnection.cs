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
    IMemoryPoolFeature,
    IParkableConnection
{
    private static readonly Type[] OwnFeatures =
    [
        typeof(IConnectionIdFeature),
        typeof(IConnectionTransportFeature),
        typeof(IConnectionItemsFeature),
        typeof(IConnectionLifetimeFeature),
        typeof(IConnectionEndPointFeature),
        typeof(IMemoryPoolFeature),
        typeof(IParkableConnection),
    ];

    /// <summary>How often it is looked whether a client has received everything that it is to have before a reset.</summary>
    private static readonly TimeSpan ReceiptInterval = TimeSpan.FromMilliseconds(20);

    private static long _number = DateTime.UtcNow.Ticks;

    private readonly CancellationTokenSource _closed = new();
    private readonly LoopReader _input;
    private readonly LoopWriter _output;
    private readonly LoopListener _listener;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>The bytes that had been received when the last request ended; -1 if there were more.</summary>
    private long _receivedByRequests;
    private SendWatch? _sendWatch;
    private ConnectionAbortedException? _abortReason;
    private int _isClosed;
    private volatile bool _isLingering;
    private volatile bool _isCutShort;

    private LoopConnection(
        LoopListener listener, SocketDescriptor? accepted, LoopSocket? socket, EndPoint remote, EndPoint local, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time)
    {
        _listener = listener;
        _limits = limits;
        _time = time;
        _input = new LoopReader(this);
        _output = new LoopWriter(this);
        Socket = socket ?? new LoopSocket(accepted!, _input.Operation, Close);
        MemoryPool = memory;
        Transport = this;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features = new ConnectionFeatures(this, OwnFeatures);
        ConnectionClosed = _closed.Token;
        ConnectionId = Interlocked.Increment(ref _number).ToString("X", CultureInfo.InvariantCulture);
    }

    public LoopSocket Socket { get; }

    /// <summary>Gets the limits of the connection.</summary>
    public ClientLimits Limits => _limits;

    /// <summary>Whether this end has given it up.</summary>
    public bool IsAborted => Volatile.Read(ref _abortReason) is not null;

    /// <summary>Whether the kernel has not taken all of a flush yet.</summary>
    public bool IsSending => !_output.Sending.IsCompleted;

    public IParkingOwner? Owner { get; set; }

    public bool IsParked { get; set; }

    /// <summary>Whether Kestrel stopped waiting for the next request, and wrote nothing since.</summary>
    public bool IsStoppedIdle { get; set; }

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

    /// <summary>Makes the connection of an accepted socket.</summary>
    /// <param name="listener">The listener that accepted it.</param>
    /// <param name="accepted">The socket. It is the connection's from now on.</param>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">This end's address.</param>
    /// <param name="memory">The memory pool that Kestrel is given.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    public static LoopConnection Accept(
        LoopListener listener, SocketDescriptor accepted, EndPoint remote, EndPoint local, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time) =>
        new(listener, accepted, socket: null, remote, local, memory, limits, time);

    /// <summary>Makes the connection of a parked one whose client has sent something.</summary>
    /// <inheritdoc cref="Accept"/>
    public static LoopConnection Resume(LoopListener listener, ParkedConnection parked, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time)
    {
        var connection = new LoopConnection(listener, accepted: null, parked.Socket, parked.Remote, parked.Local, memory, limits, time) { Owner = parked.Owner };
        connection._input.Operation.KeepReady();
        connection.Socket.Rebind(connection._input.Operation, connection.Close);
        if (connection.Socket.IsPeerGone)
        {
            connection.Close();
        }

        return connection;
    }

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

    public void RequestEnded(bool hadBody) => _receivedByRequests = hadBody ? -1 : _input.ReceivedIfConsumed;

    public bool TryPark() => !IsAborted && _receivedByRequests >= 0 && _input.TryPark(_receivedByRequests);

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>
    /// Gives the connection up: what was flushed is sent, nothing else is. <see cref="DisposeAsync"/> lets the client
    /// read that.
    /// </summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        Interlocked.CompareExchange(ref _abortReason, abortReason, null);
        if (_isLingering)
        {
            Socket.Dispose();
            return;
        }

        _output.SendNow();
        if (_isCutShort)
        {
            _output.Break();
        }
        else
        {
            TryEndSending();
        }

        _input.Abort();
        Close();
    }

    /// <summary>
    /// Gives the connection up in the middle of a response that ends where the connection does, as HTTP/1.0 has them. Only a
    /// reset, after everything has arrived, tells the client that this is not the end.
    /// </summary>
    public void CutShort() => _isCutShort = true;

    /// <summary>Closes the connection at once: the client accepts nothing.</summary>
    public void Cut()
    {
        Interlocked.CompareExchange(ref _abortReason, new ConnectionAbortedException("The client accepts nothing of what is sent to it."), null);
        Socket.Dispose();
        Close();
    }

    /// <summary>The kernel does not take what is sent: from now on it is seen to that the client accepts it.</summary>
    public void WatchSending()
    {
        _sendWatch ??= new SendWatch(this, _limits, _time);
    }

    public override async ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        await _output.Sending;
        if (IsParked && TryLeave())
        {
            _sendWatch?.Dispose();
            if (IsFirstToClose())
            {
                _closed.Cancel();
            }

            await base.DisposeAsync();
            return;
        }

        if (_isCutShort)
        {
            await ResetOnceReceivedAsync();
        }
        else if (MayLoseData() && TryEndSending())
        {
            await LingerAsync();
        }

        _sendWatch?.Dispose();
        Socket.Dispose();
        if (IsFirstToClose())
        {
            // Kestrel waits for it no more, and to change threads costs more than anything else here.
            _closed.Cancel();
        }

        await base.DisposeAsync();
    }

    /// <summary>Leaves the socket to a <see cref="ParkedConnection"/>.</summary>
    /// <returns>Whether that was possible; otherwise the connection is over.</returns>
    private bool TryLeave()
    {
        if (Socket.IsDisposed || Socket.IsPeerGone || IsAborted || _output.IsBroken)
        {
            Owner?.ParkedClosed();
            return false;
        }

        _listener.Park(new ParkedConnection(Socket, _listener, RemoteEndPoint!, LocalEndPoint!, Owner));
        return true;
    }

    /// <summary>
    /// Whether a reset could take something away from the client, which follows if it sends anything once this end is closed.
    /// Not if it has closed its end, or got nothing, or has had everything since before the connection became idle.
    /// </summary>
    private bool MayLoseData() =>
        !Socket.IsDisposed
        && _output is { HasSent: true, IsBroken: false }
        && _input.CanDrop
        && !(IsStoppedIdle && Socket.Progress.IsAllAcknowledged);

    private async ValueTask ResetOnceReceivedAsync()
    {
        var seen = Socket.Progress;
        var since = _time.GetTimestamp();
        while (!Socket.IsDisposed && !seen.IsAllAcknowledged && _time.GetElapsedTime(since) < _limits.SendTimeout)
        {
            await Task.Delay(ReceiptInterval, _time);
            var progress = Socket.Progress;
            if (progress.Acknowledged != seen.Acknowledged)
            {
                since = _time.GetTimestamp();
            }

            seen = progress;
        }

        Socket.ResetOnClose();
    }

    private async ValueTask LingerAsync()
    {
        using var lingering = LingeringClose.TryBegin(this, _limits, _time);
        if (lingering is not null)
        {
            _isLingering = true;
            await _input.DropAsync();
        }
    }

    /// <summary>The client gets the end of what was sent.</summary>
    /// <returns>Whether there is a client to get it.</returns>
    private bool TryEndSending()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return false;
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
